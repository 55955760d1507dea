"""Pages from templates, with the headers of every page; and the files that pages load, from memory."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.clock import SHANGHAI
from api.console import value_display
from api.console.addresses import page_asked_for
from api.console.language_marks import with_languages
from api.console.navigation import SIDE, home_of, place_of
from api.console.page_request import PageRequest, Preferences
from api.console.words import LANGUAGES, Words
from api.contract.problems import Problem
from api.contract.sentences import Language
from api.identity.reading_reasons import REASONS

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content policy of every page: the service's own files, and nothing that stands in the page itself."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
_SEE_OTHER: Final = 303
_QUERY: Final = "/query/"
_HERE: Final = files("api.console")
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
)


def _statics() -> Mapping[str, tuple[str, bytes, str]]:
    found = {}
    for file in sorted((_HERE / "static").iterdir(), key=lambda each: each.name):
        stem, dot, ending = file.name.rpartition(".")
        content = file.read_bytes()
        digest = sha256(content).hexdigest()[:16]
        found[file.name] = (f"{stem}.{digest}{dot}{ending}", content, _TYPES[f"{dot}{ending}"])
    return MappingProxyType(found)


STATICS: Final = _statics()
"""The files that pages load: by name the name under which they are served, which changes with the content."""
SERVED: Final = MappingProxyType({name: (content, kind) for name, content, kind in STATICS.values()})


def static_address(name: str) -> str:
    """Return the address of a file that pages load."""
    return f"/console/static/{STATICS[name][0]}"


def _environment() -> Environment:
    templates = {each.name: each.read_text("utf-8") for each in (_HERE / "templates").iterdir()}
    environment = Environment(
        loader=DictLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["static"] = static_address
    environment.globals["display"] = value_display
    environment.globals["reasons"] = REASONS
    return environment


_TEMPLATES: Final = _environment()


def lead_to(address: str) -> RedirectResponse:
    """Lead a browser to a page, which it asks for anew: after whatever was sent."""
    return RedirectResponse(address, _SEE_OTHER)


def render(page: PageRequest, template: str, *, status: int = 200, **answers: Any) -> Response:  # noqa: ANN401 - what the template shows
    """Return a page in the frame of somebody who is signed in."""
    here = page.http.url.path
    stands, beside = place_of(page.role, here)
    now = page.context.now.astimezone(SHANGHAI)
    return _response(
        template,
        status,
        page.preferences,
        page=page,
        explained=template.removesuffix(".html"),
        side=[(each, each is stands) for each in SIDE[page.role]],
        side_tabs=[(each, each is beside) for each in (stands.pages if stands else ())],
        home=home_of(page.role),
        here=page_asked_for(page.http),
        now=now,
        session_left=int((page.session.idle_until - page.context.now).total_seconds()),
        session_until=page.session.idle_until.astimezone(SHANGHAI),
        **answers,
    )


def render_door(
    preferences: Preferences,
    template: str,
    *,
    status: int = 200,
    here: str = "/console/sign-in",
    **answers: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    """Return a page for somebody who is not signed in; `here` is where it is opened anew."""
    return _response(template, status, preferences, page=None, here=here, **answers)


def render_problem(page: PageRequest | None, preferences: Preferences, problem: Problem) -> Response:
    """Return a problem as a page."""
    status = problem.kind.status
    if page is not None:
        written = _written(page, problem)
        response = render(
            page,
            "problem.html",
            status=status,
            problem=problem,
            written=written,
            without=_without(page, written) if written else None,
        )
    else:
        response = render_door(
            preferences, "problem.html", status=status, problem=problem, written={}, without=None
        )
    for name, value in problem.response.headers.items():
        if name in {"retry-after", "allow", "connection"}:
            response.headers[name] = value
    return response


def _written(page: PageRequest, problem: Problem) -> dict[str, str]:
    """Return what the address of a page asks for and is amiss, by where the problem says that it is."""
    if page.http.method != "GET":
        return {}
    asked = page.http.query_params
    return {
        each["pointer"]: asked[_asked_in(each["pointer"])]
        for each in problem.more.get("errors", ())
        if each["pointer"].startswith(_QUERY) and _asked_in(each["pointer"]) in asked
    }


def _asked_in(pointer: str) -> str:
    return pointer.removeprefix(_QUERY).partition("/")[0]


def _without(page: PageRequest, written: Mapping[str, str]) -> str:
    """Return the address of the page, of its list the first, without what is amiss."""
    left = {"cursor", *map(_asked_in, written)}
    kept = [
        (name, value) for name, value in page.http.query_params.multi_items() if value and name not in left
    ]
    path = page.http.url.path
    return f"{path}?{urlencode(kept)}" if kept else path


def rendered(template: str, language: Language, *, large: bool = False, **answers: Any) -> str:  # noqa: ANN401 - what the template shows
    """Return what a template shows of answers, in a language."""
    shown: str = _TEMPLATES.get_template(template).render(
        w=Words(language), lang=LANGUAGES[language], large=large, **answers
    )
    return shown


def page_response(html: str, status: int) -> Response:
    """Return a page as it was rendered, with the headers of every page."""
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY, "Vary": "Cookie"})


def _response(template: str, status: int, preferences: Preferences, **answers: Any) -> Response:  # noqa: ANN401 - what the template shows
    shown = rendered(template, preferences.language, large=preferences.large, **answers)
    return page_response(with_languages(shown, preferences.language), status)
