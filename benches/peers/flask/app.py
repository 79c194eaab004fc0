"""A page of the user's claims behind the package `identity`, as the successor of Microsoft's archived sample has it."""

import html
import os
import time

import flask
import flask_session
import identity.flask

app = flask.Flask(__name__)
app.config.update(SECRET_KEY=os.environ["SECRET"], SESSION_TYPE="filesystem", SESSION_FILE_DIR=os.environ["SESSIONS"])
flask_session.Session(app)
auth = identity.flask.Auth(app, authority=None, client_id="identity-web", redirect_uri=os.environ["REDIRECT_URI"])


@app.route("/")
@auth.login_required
def page(*, context):
    rows = "".join(f"<tr><td>{name}<td>{html.escape(str(value))}" for name, value in context["user"].items())
    return f"<!doctype html><title>Your claims</title><table>{rows}</table>"


@app.route("/signed_in")
def signed_in():
    """Stores what the package stores after a sign-in. It accepts only providers with https, unlike the certified one."""
    login = "ada"
    claims = {
        "sub": login,
        "name": f"{login.capitalize()} Tester",
        "preferred_username": login,
        "email": f"{login}@example.org",
        "iat": int(time.time()),
        "exp": int(time.time()) + 3600,
    }
    flask.session["_logged_in_user"] = claims
    return flask.redirect("/")
