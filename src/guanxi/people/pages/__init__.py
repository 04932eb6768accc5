"""Pages of administration about accounts: here because they know employees."""

from guanxi.people.pages import accounts, batch, wizard

urls = [*wizard.urls, *batch.urls, *accounts.urls]
