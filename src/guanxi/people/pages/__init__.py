"""Pages that know employees: of administration about accounts, and of attendance."""

from guanxi.people.pages import accounts, batch, hours, month, registration, wizard

urls = [*wizard.urls, *batch.urls, *accounts.urls, *month.urls, *hours.urls, *registration.urls]
