"""Mail through the SMTP server that the settings name."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import Final

from api.settings import Settings

_SECONDS: Final = 30


async def send(settings: Settings, address: str, subject: str, text: str) -> None:
    """Send a text to one address. Raises OSError, which smtplib's errors are too."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, address, subject
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=str(settings.mail_from).rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    await asyncio.to_thread(_deliver, settings, message)


def _deliver(settings: Settings, message: EmailMessage) -> None:
    host, port = str(settings.mail_server), settings.mail_port
    trusted = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=trusted)
        if settings.mail_security == "implicit"
        else smtplib.SMTP(host, port, timeout=_SECONDS)
    )
    with server:
        if settings.mail_security == "starttls":
            server.starttls(context=trusted)
        if settings.mail_user is not None and settings.mail_password is not None:
            server.login(settings.mail_user, settings.mail_password.get_secret_value())
        server.send_message(message)
