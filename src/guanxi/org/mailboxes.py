"""Which address is proved to be whose: by a link that was sent there and opened. Another address is not proved by that."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from guanxi.org.models import User


def proved(user: User) -> bool:
    """Whether the present address of the account is known to be his."""
    return bool(user.email) and EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def prove(user: User, address: str) -> None:
    """He has opened what was sent there; what was proved of other accounts with this address, or of older ones of his, is void."""
    EmailAddress.objects.filter(email__iexact=address).exclude(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)


def claim(user: User, address: str) -> None:
    """He says himself that it is his, and nobody has checked it: no sign-on service opens the account by it."""
    EmailAddress.objects.filter(user=user).delete()
    if address:
        EmailAddress.objects.create(user=user, email=address, verified=False, primary=True)


def only_claimed(user: User) -> bool:
    """Whether the present address stands on his own word alone."""
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=False).exists()
