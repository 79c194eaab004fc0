"""A browser as far as signing in needs one: cookies, redirects, and the provider's forms."""

import html.parser
import http.client
import ssl
import urllib.parse


class Forms(html.parser.HTMLParser):
    """The first form of a page: its action and fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes.get("action", "")
        elif tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value", "")


class Browser:
    """Keeps a connection and the cookies of each origin."""

    def __init__(self):
        self.connections, self.cookies = {}, {}

    def request(self, method, url, body=None, **headers):
        """Returns the response, with its body as `content`."""
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # The server may have closed a connection that was idle.
        for attempt in (0, 1):
            connection = self.connection(parts)
            try:
                connection.request(method, path, body, {"Accept": "text/html", **headers})
                response = connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                connection.close()
                if attempt:
                    raise
        response.content = response.read()
        for cookie in response.msg.get_all("Set-Cookie", []):
            keep(jar, cookie)
        return response

    def connection(self, parts):
        origin = (parts.scheme, parts.netloc)
        if origin not in self.connections:
            if parts.scheme == "https":
                new = http.client.HTTPSConnection(parts.netloc, timeout=20, context=untrusting())
            else:
                new = http.client.HTTPConnection(parts.netloc, timeout=20)
            self.connections[origin] = new
        return self.connections[origin]

    def visit(self, url, login="ada"):
        """Follows redirects, and fills in the provider's forms; returns the page where that ends, and its URL."""
        response = self.request("GET", url)
        for _ in range(20):
            location = response.headers.get("Location")
            if response.status in (301, 302, 303, 307) and location:
                url = urllib.parse.urljoin(url, location)
                response = self.request("GET", url)
                continue
            if "/interaction/" not in url:
                return response, url
            form = Forms(response.content.decode())
            fields = form.fields | {name: login for name in ("login", "password") if name in form.fields}
            url = urllib.parse.urljoin(url, form.action)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            response = self.request("POST", url, urllib.parse.urlencode(fields), **headers)
        raise RuntimeError(f"the sign-in doesn't end: {url}")

    def cookie_header(self, url):
        """Returns the value of the header Cookie for an origin."""
        jar = self.cookies.get(urllib.parse.urlsplit(url).netloc, {})
        return "; ".join(f"{name}={value}" for name, value in jar.items())


def keep(jar, cookie):
    """Keeps or removes a cookie."""
    pair, *attributes = cookie.split(";")
    name, _, value = pair.strip().partition("=")
    removed = any(attribute.strip().lower() == "max-age=0" or "1970" in attribute for attribute in attributes)
    if removed or not value:
        jar.pop(name, None)
    else:
        jar[name] = value


def untrusting():
    """A TLS context that accepts any certificate: those of a run are self-signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def sign_in(url, login="ada"):
    """Signs in at the program; returns the header Cookie of the session, and the browser."""
    browser = Browser()
    response, end = browser.visit(f"{url}/auth/sign_in", login)
    if response.status != 200 or not end.startswith(url):
        raise RuntimeError(f"the sign-in ended with {response.status} at {end}: {response.content[:500]}")
    return browser.cookie_header(url), browser
