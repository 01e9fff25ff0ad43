"""nginx and Varnish in front of a site, with the configurations that sites use, careful and careless."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from benchmarks.ports import free_port
from tests.servers import lacking


@dataclass(frozen=True)
class Cache:
    """A cache and how it is told to behave. setup: lines of nginx's location, or VCL.

    keeps_cookies: whether visitors' cookies reach the site. leaks: told to leave out every protection that HTTP has,
    so that it must show one visitor what is another's: it proves that the test would see it.
    """

    name: str
    server: str
    setup: str
    keeps_cookies: bool = True
    leaks: bool = False


_NGINX_USUAL = """
proxy_cache_valid 200 301 302 308 10m;
proxy_cache_valid 404 410 1m;
proxy_cache_use_stale error timeout updating http_500 http_502 http_503;
proxy_cache_background_update on;
proxy_cache_lock on;
proxy_cache_revalidate on;
"""
_NGINX_DEAF = "proxy_ignore_headers Cache-Control Expires;\nproxy_cache_valid any 10m;\n"
_NGINX_BLIND = (
    "proxy_ignore_headers Cache-Control Expires X-Accel-Expires Set-Cookie Vary;\nproxy_cache_valid any 10m;\n"
)
_VARNISH_SITE_COOKIES = """
sub vcl_recv {
    if (req.method == "GET" || req.method == "HEAD") {
        return (hash);
    }
}
"""
_VARNISH_STRIPPING = """
sub vcl_recv {
    unset req.http.Cookie;
}
sub vcl_backend_response {
    set beresp.grace = 1h;
    set beresp.keep = 1h;
}
"""
_VARNISH_BLIND = """
sub vcl_recv {
    unset req.http.Cookie;
}
sub vcl_backend_response {
    unset beresp.http.Set-Cookie;
    set beresp.ttl = 10m;
    return (deliver);
}
"""
CACHES = (
    Cache("nginx, as it comes", "nginx", ""),
    Cache("nginx, proxy_cache_valid and stale pages", "nginx", _NGINX_USUAL),
    Cache("nginx, ignoring Cache-Control and Expires", "nginx", _NGINX_DEAF),
    Cache("nginx, ignoring all that forbids keeping", "nginx", _NGINX_BLIND, leaks=True),
    Cache("Varnish, built-in VCL", "varnish", ""),
    Cache("Varnish, looking cookies' requests up", "varnish", _VARNISH_SITE_COOKIES),
    Cache("Varnish, cookies stripped on the way in, grace", "varnish", _VARNISH_STRIPPING, keeps_cookies=False),
    Cache("Varnish, cookies stripped, all kept 10 minutes", "varnish", _VARNISH_BLIND, keeps_cookies=False, leaks=True),
)
_NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/cache keys_zone=pages:4m;
    gzip on;
    gzip_proxied any;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_cache pages;
            add_header X-Cache $upstream_cache_status always;
            {setup}
        }}
    }}
}}
"""
_VARNISH = """
vcl 4.1;
backend site {{ .host = "127.0.0.1"; .port = "{behind}"; }}
{setup}
sub vcl_deliver {{
    set resp.http.X-Cache = "MISS";
    if (obj.hits > 0) {{
        set resp.http.X-Cache = "HIT";
    }}
}}
"""


@contextmanager
def in_front_of(behind: int, cache: Cache, folder: Path) -> Iterator[str]:
    """The address of the cache while it runs before the site at that port."""
    port = free_port()
    command = _nginx(behind, port, cache, folder) if cache.server == "nginx" else _varnish(behind, port, cache, folder)
    with (folder / "said.log").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            _wait_for(process, f"http://127.0.0.1:{port}/data", folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _nginx(behind: int, port: int, cache: Cache, folder: Path) -> list[str]:
    binary = shutil.which("nginx") or lacking("nginx")
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(user=user, folder=folder, port=port, behind=behind, setup=cache.setup))
    return [binary, "-p", str(folder), "-c", str(config)]


def _varnish(behind: int, port: int, cache: Cache, folder: Path) -> list[str]:
    binary = shutil.which("varnishd") or lacking("Varnish")
    config = folder / "site.vcl"
    config.write_text(_VARNISH.format(behind=behind, setup=cache.setup))
    where = ["-a", f"127.0.0.1:{port}", "-n", str(folder / "work"), "-f", str(config)]
    return [binary, "-F", "-j", "none", *where, "-s", "malloc,64m", "-T", "none"]


def _wait_for(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    """Ask until it answers, as long as it runs; Varnish compiles its VCL first."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail((folder / "said.log").read_text(errors="replace")[-2000:])
