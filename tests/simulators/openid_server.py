"""A real OpenID provider in a process of its own; arguments: a folder, where browsers come back to.

django-oauth-toolkit: kept by Jazzband since 2013, in use by thousands, and built on oauthlib and
jwcrypto, so that it shares no line with our side (authlib, joserfc). It is served over HTTP by
Django's own server, with its own login page, sessions, keys and database.
"""

import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command

CLIENT, SECRET = "duban", "a-secret-of-the-tests"
PASSWORD = "provider-side-only"
PEOPLE = ("xingyi.liaison", "zhou-zx.head", "somebody.else")

LOGIN_PAGE = (
    '<form method="post">{% csrf_token %}<input name="username"><input name="password"></form>'
)


class Quiet(WSGIRequestHandler):
    """Says nothing of the requests it serves."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def configure(folder: Path) -> None:
    """Django's settings: accounts, sessions, the provider, and the claim that names people."""
    settings.configure(
        SECRET_KEY="only for tests, only on this machine",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.simulators.openid_urls",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.db"}
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"registration/login.html": LOGIN_PAGE},
                        )
                    ]
                },
            }
        ],
        LOGIN_URL="/accounts/login/",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": new_key(),
            "OAUTH2_VALIDATOR_CLASS": "tests.simulators.openid_claims.NamesPeople",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who one is", "profile": "one's names"},
        },
    )
    django.setup()


def new_key() -> str:
    """An RSA key of this process, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def furnish(back: str) -> None:
    """Its tables, its people, and us as a client that may come back to one address."""
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for username in PEOPLE:
        get_user_model().objects.create_user(username, password=PASSWORD)
    get_application_model().objects.create(
        name="duban",
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=back,
        algorithm="RS256",
        skip_authorization=True,
    )


def main(folder: str, back: str) -> None:
    """Print the port, then serve until killed."""
    configure(Path(folder))
    furnish(back)
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
