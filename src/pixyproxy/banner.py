"""What `pixyproxy serve` says when it starts: how to open it, how to make and fetch a first image."""

import shlex

from pixyproxy.settings import Settings

ANOTHER_KEY = "`pixyproxy key create NAME --admin` makes another."
_HEADERS = """-H "X-API-Key: $PIXY_KEY" -H 'Content-Type: application/json'"""


def banner(settings: Settings, fresh_key: str | None, sign_in_link: str | None = None) -> str:
    url = settings.address
    return f"""{_how_to_open(settings, sign_in_link)}
  PixyProxy  {url}   (every request, to try: {url}/docs)

  {_about_the_key(settings, fresh_key)}

  Make an image, then fetch it:

    export PIXY_KEY={_key_in_shell(settings)}
    curl -s {url}/image {_HEADERS} -d '{{"prompt": "a lighthouse"}}' | tee image.json
    curl -s {url}$(grep -o '/image/[^"]*/content' image.json) -H "X-API-Key: $PIXY_KEY" -o lighthouse.png
"""


def _how_to_open(settings: Settings, sign_in_link: str | None) -> str:
    if sign_in_link is not None:
        return f"\n  Open:  {sign_in_link}  (signs this browser in once, within an hour)\n"
    if settings.gallery == "off":
        return ""
    return f"\n  Open:  {settings.address}  (`pixyproxy sign-in` prints a link that signs a browser in)\n"


def _about_the_key(settings: Settings, fresh_key: str | None) -> str:
    if fresh_key is not None:
        return (
            f"The administrator's key, shown this once:  {fresh_key}\n"
            f"  It is kept in {settings.admin_key_file}, readable by you alone."
        )
    if settings.admin_key is not None:
        return "The administrator's key is the one in PIXYPROXY_ADMIN_KEY."
    if settings.admin_key_file.exists():
        return f"The administrator's key is kept in {settings.admin_key_file}."
    return f"There is an administrator's key, but not in {settings.admin_key_file}. {ANOTHER_KEY}"


def _key_in_shell(settings: Settings) -> str:
    """For another terminal, which stands elsewhere and has none of our environment."""
    if settings.admin_key is not None:
        return "…   # the text of PIXYPROXY_ADMIN_KEY"
    file = settings.admin_key_file.absolute()
    return f"$(cat {shlex.quote(str(file))})" if file.exists() else "pxy_…"
