"""engine/forge/http: retries, rate limits, time-outs, redirects, and where the token goes."""

import socket
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from github_kit import REPO, TOKEN, wait_for

from engine.forge import http
from engine.forge.github import Forge
from engine.forge.http import ForgeError, Lost, Server

PULLS = f"/repos/{REPO}/pulls"


@pytest.fixture
def server(github, clock):
    return Server(github.url, TOKEN, sleep=clock.sleep, now=clock.now)


@pytest.mark.parametrize("status", [0, 502, 503, 504])
def test_what_may_pass_is_asked_again_with_growing_pauses(github, server, clock, status):
    github.fault("GET", status, b"<html>", times=3)
    assert server.ask("GET", PULLS).data == []
    assert clock.slept == [1.0, 2.0, 4.0]
    github.fault("GET", status, times=4)
    with pytest.raises(Lost):
        server.ask("GET", PULLS)
    assert len(github.asked) == 8


def test_nobody_there_is_an_error_after_four_tries(clock):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        server = Server(f"http://127.0.0.1:{taken.getsockname()[1]}", TOKEN, sleep=clock.sleep)
        with pytest.raises(ForgeError, match=r"127.0.0.1 cannot be reached: .*refused"):
            server.ask("GET", PULLS)
    assert clock.slept == [1.0, 2.0, 4.0]


def test_a_slow_answer_is_given_up(github, clock):
    server = Server(github.url, TOKEN, sleep=clock.sleep, seconds=0.1)
    github.fault("GET", 200, [], seconds=30, times=4)
    with pytest.raises(Lost, match="did not answer within 0.1 s"):
        server.ask("GET", PULLS)
    github.fault("GET", 200, [], seconds=30)
    assert server.ask("GET", PULLS).status == 200
    assert clock.slept == [1.0, 2.0, 4.0, 1.0]


def test_an_answer_that_drips_for_ever_is_given_up(clock):
    def drip(_):
        def pieces():
            while True:
                time.sleep(0.01)
                yield b" "

        return httpx.Response(200, content=pieces())

    server = Server("http://localhost", TOKEN, httpx.MockTransport(drip), clock.sleep, seconds=0.02)
    with pytest.raises(Lost, match="did not end its answer"):
        server.ask("GET", PULLS)


def test_an_answer_without_measure_is_given_up(clock):
    def flood(_):
        return httpx.Response(200, content=(b" " * 1_000_000 for _ in range(100)))

    server = Server("http://localhost", TOKEN, httpx.MockTransport(flood), clock.sleep)
    with pytest.raises(ForgeError, match="more than 20 MB"):
        server.ask("GET", PULLS)


# -- rate limits ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 429])
def test_rate_limits_are_waited_for(github, server, clock, status):
    github.fault("GET", status, {"message": "slow down"}, headers={"Retry-After": "7"})
    github.fault("GET", status, {}, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.time) + 7 + 20)})
    assert server.ask("GET", PULLS).data == []
    assert clock.slept == [7.0, 21.0]


def test_a_date_and_no_time_at_all(github, server, clock):
    date = format_datetime(datetime.fromtimestamp(clock.time + 9, UTC), usegmt=True)
    github.fault("GET", 429, {}, headers={"Retry-After": date})
    assert server.ask("GET", PULLS).status == 200
    github.fault("GET", 403, {"message": "You have exceeded a secondary rate limit"})
    assert server.ask("GET", PULLS).status == 200
    github.fault("GET", 429, {})
    assert server.ask("GET", PULLS).status == 200
    github.fault("GET", 429, {}, headers={"Retry-After": "soon"})
    assert server.ask("GET", PULLS).status == 200
    assert clock.slept == [9.0, 60.0, 60.0, 60.0]


def test_a_long_limit_is_an_error_that_says_until_when(github, server, clock):
    github.fault("GET", 403, {}, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.time) + 3600)})
    with pytest.raises(
        ForgeError, match=r"rate limit of 127.0.0.1 is used up until 2027-01-15 09:00:01 UTC; run the same command"
    ) as caught:
        server.ask("GET", PULLS)
    assert (clock.slept, caught.value.status) == ([], 403)
    for value in ("999999999", "9" * 400, "-5", "nan"):
        github.fault("GET", 429, {}, headers={"Retry-After": value}, times=2)
        with pytest.raises(ForgeError, match="until"):
            server.ask("GET", PULLS)
        github.faults.clear()


def test_limits_without_end_end(github, server, clock):
    github.fault("GET", 429, {}, headers={"Retry-After": "0"}, times=100)
    with pytest.raises(ForgeError, match="until"):
        server.ask("GET", PULLS)
    assert clock.slept == [1.0] * 60


def test_a_403_that_is_no_limit_is_an_answer(github, server, clock):
    github.fault("GET", 403, {"message": "Forbidden"}, headers={"X-RateLimit-Remaining": "11", "X-RateLimit-Reset": "1"})
    assert server.ask("GET", PULLS).status == 403
    assert clock.slept == []


def test_a_creation_under_a_limit_is_sent_again(github, forge, text, clock):
    github.fault("POST", 429, {}, headers={"Retry-After": "3"})
    assert forge.open_or_update("refactor/x", "main", "T", text).created
    assert (clock.slept, len(github.pulls)) == ([3.0], 1)


# -- redirects and other hosts -------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_same_server_keeps_method_and_body(github, forge, text, status):
    github.fault("GET", 200, [])
    github.fault("POST", status, {}, headers={"Location": "/repositories/7/pulls"})
    assert forge.open_or_update("refactor/x", "main", "T", text).created
    assert [asked.path for asked in github.asked] == [PULLS, PULLS, "/repositories/7/pulls"]
    assert github.asked[1].body == github.asked[2].body and github.methods() == ["GET", "POST", "POST"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_token_does_not_go_to_another_host(start, github, forge, text, method, status):
    thief = start()
    github.fault(method, status, {}, headers={"Location": f"{thief.url}{PULLS}"})
    with pytest.raises(ForgeError, match=r"redirects at 127\.0\.0\.1, where the token will not be sent"):
        forge.open_or_update("refactor/x", "main", "T", text)
    assert thief.asked == []


@pytest.mark.parametrize(
    "location",
    ["https://127.0.0.1{port}/x", "http://127.0.0.1{port}@evil.test/x", "//evil.test/x", "", "file:///etc"],
)
def test_odd_redirects_go_nowhere(github, server, location):
    github.fault("GET", 301, {}, headers={"Location": location.replace("{port}", f":{github.server_port}")})
    with pytest.raises(ForgeError, match="redirects"):
        server.ask("GET", PULLS)
    assert len(github.asked) == 1


def test_a_redirect_that_cannot_be_read_is_no_answer(github, server):
    github.fault("GET", 301, {}, headers={"Location": "http://[::1"}, times=4)
    with pytest.raises(ForgeError, match="cannot be reached: Invalid URL in location header"):
        server.ask("GET", PULLS)
    assert {asked.path for asked in github.asked} == {PULLS}


def test_redirects_in_a_ring_end(github, server):
    github.fault("GET", 302, {}, headers={"Location": PULLS}, times=9)
    with pytest.raises(ForgeError, match="from one place to the next"):
        server.ask("GET", PULLS)
    assert len(github.asked) == 4


def test_a_next_page_elsewhere_is_not_fetched(start, github, forge, text):
    thief = start()
    github.fault("GET", 200, [], headers={"Link": f'<{thief.url}/repositories/7/pulls?page=2>; rel="next"'})
    with pytest.raises(ForgeError, match="has the next page at"):
        forge.open_or_update("refactor/x", "main", "T", text)
    assert thief.asked == []


def test_a_proxy_does_not_see_what_stays_on_this_machine(start, github, server, monkeypatch):
    proxy = start()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert server.ask("GET", PULLS).status == 200
    assert proxy.asked == []


def test_netrc_does_not_replace_the_token(github, server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.ask("GET", PULLS)
    assert github.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_over_https_a_certificate_that_nobody_signed_is_refused(clock):
    listener = socket.create_server(("127.0.0.1", 0))
    told = []

    def plain_http():
        with listener:
            for _ in range(4):
                connection, _ = listener.accept()
                with connection:
                    told.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n[]")

    thread = threading.Thread(target=plain_http, daemon=True)
    thread.start()
    server = Server(f"https://127.0.0.1:{listener.getsockname()[1]}", TOKEN, sleep=clock.sleep)
    with pytest.raises(ForgeError, match="cannot be reached"):
        server.ask("GET", PULLS)
    thread.join(5)
    assert len(told) == 4 and not any(TOKEN.encode() in data for data in told)


def test_the_enterprise_path_is_kept(clock):
    seen = []

    def answer(request):
        seen.append(str(request.url))
        headers = {"Link": '<https://ghe.test/api/v3/repositories/7/pulls?page=2>; rel="next"'} if len(seen) == 1 else {}
        return httpx.Response(200, json=[], headers=headers)

    forge = Forge(REPO, TOKEN, "https://ghe.test/api/v3/", httpx.MockTransport(answer), clock.sleep)
    list(forge._pages(f"/repos/{REPO}/pulls", {"state": "all"}, "listing"))
    assert seen == [
        f"https://ghe.test/api/v3/repos/{REPO}/pulls?state=all",
        "https://ghe.test/api/v3/repositories/7/pulls?page=2",
    ]


def test_the_house_limits_are_the_documented_ones():
    assert (http.DELAYS, http.HOPS, Server("https://x", TOKEN).seconds, Server("https://x", TOKEN).patience) == (
        (1.0, 2.0, 4.0),
        3,
        10.0,
        60.0,
    )


def test_requests_are_what_github_describes(github, server):
    server.ask("GET", PULLS, {"state": "open"})
    wait_for(lambda: len(github.asked) == 1)
    assert github.wrong == []
    server.ask("GET", PULLS, {"state": "ajar", "colour": "red"})
    assert [text.partition(":")[0] for text in github.wrong] == ["query state", "query"]
    github.wrong.clear()  # the kit sees what is wrong
