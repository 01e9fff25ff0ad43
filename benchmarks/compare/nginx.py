"""nginx with three server-side includes in the page, and the same page static: one process, in front of nothing."""

from pathlib import Path

from benchmarks.site.pages import SLOTS
from benchmarks.whole.servers import Command

BLOCK = "<p>Something for you alone.</p>"
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx-{port}.pid;
error_log {folder}/nginx-{port}.log warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  default_type text/html;
  charset utf-8;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream blocks {{ server unix:{folder}/blocks-{port}.sock; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    root {folder}/pages;
    ssi {ssi};
    location /block/ {{
      internal;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://blocks;
    }}
  }}
  server {{
    listen unix:{folder}/blocks-{port}.sock;
    location / {{ return 200 "{block}"; }}
  }}
}}
"""


def write_pages(folder: Path, page: bytes) -> None:
    """The page as it is, and with an include for each of its slots."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    (pages / "static10").write_bytes(page)
    text = page.decode()
    for slot in SLOTS:
        begins, ends = f"<!--slot:{slot}-->", f"<!--/slot:{slot}-->"
        before, _, rest = text.partition(begins)
        text = f'{before}<!--# include virtual="/block/{slot}" -->{rest.partition(ends)[2]}'
    (pages / "included").write_text(text)


def command(folder: Path, *, port: int, ssi: bool) -> Command:
    """nginx with its own configuration, pinned."""
    written = folder / f"nginx-{port}.conf"
    written.write_text(_CONFIGURATION.format(folder=folder, port=port, block=BLOCK, ssi="on" if ssi else "off"))
    return Command(["taskset", "-c", "{cpu}", "nginx", "-c", str(written), "-p", str(folder)], port=port)
