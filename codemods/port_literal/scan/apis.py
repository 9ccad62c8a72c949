"""The calls that bind, connect or start a server, and where their address is. Data."""

from typing import NamedTuple

from codemods.port_literal.nouns import Direction, Role


class Api(NamedTuple):
    """Positions count from 0; -1: only by keyword; -2: it has none."""

    direction: Direction
    via: str
    role: Role | None = None
    address: int = -2
    host: int = -2
    port: int = -2
    keyword: str = ""  # the address's keyword
    default: str = ""  # what stands when no port is given
    sure: bool = True


_REDIS = Api("connect", "redis", None, host=0, port=1, default="6379, the client's own default")
_SERVER = Api("bind", "http", "http", address=0, keyword="server_address")
_TCP = Api("bind", "socket", None, address=0, keyword="server_address")
_WEB = Api("bind", "web", "http", host=-1, port=-1, default="the framework's own default")
_URL = Api("connect", "http", "http", address=0, keyword="url", sure=False)
_CHANNEL = Api("connect", "grpc", None, address=0, keyword="target")
_DATABASE = Api("connect", "database", None, host=-1, port=-1, sure=False)

# By dotted name, after the import table.
FUNCTIONS: dict[str, Api] = {
    "socket.create_connection": Api("connect", "socket", None, address=0, keyword="address"),
    "socket.create_server": Api("bind", "socket", None, address=0, keyword="address"),
    "asyncio.start_server": Api("bind", "asyncio", None, host=1, port=2),
    "asyncio.open_connection": Api("connect", "asyncio", None, host=0, port=1),
    "uvicorn.run": Api("bind", "uvicorn", "http", host=-1, port=-1, default="8000, uvicorn's own default"),
    "uvicorn.Config": Api("bind", "uvicorn", "http", host=1, port=2, default="8000, uvicorn's own default"),
    "aiohttp.web.run_app": Api("bind", "aiohttp", "http", host=-1, port=-1, default="8080, aiohttp's own default"),
    "aiohttp.web.TCPSite": Api("bind", "aiohttp", "http", host=1, port=2, default="8080, aiohttp's own default"),
    "http.server.HTTPServer": _SERVER,
    "http.server.ThreadingHTTPServer": _SERVER,
    "socketserver.TCPServer": _TCP,
    "socketserver.ThreadingTCPServer": _TCP,
    "socketserver.UDPServer": _TCP,
    "xmlrpc.server.SimpleXMLRPCServer": Api("bind", "http", "http", address=0),
    "wsgiref.simple_server.make_server": Api("bind", "http", "http", host=0, port=1),
    "waitress.serve": _WEB,
    "websockets.serve": Api("bind", "websockets", None, host=1, port=2),
    "websockets.server.serve": Api("bind", "websockets", None, host=1, port=2),
    "websockets.connect": Api("connect", "websockets", None, address=0, keyword="uri"),
    "websockets.client.connect": Api("connect", "websockets", None, address=0, keyword="uri"),
    "websocket.create_connection": Api("connect", "websockets", None, address=0),
    "websocket.WebSocketApp": Api("connect", "websockets", None, address=0, keyword="url"),
    "grpc.insecure_channel": _CHANNEL,
    "grpc.secure_channel": _CHANNEL,
    "grpc.aio.insecure_channel": _CHANNEL,
    "grpc.aio.secure_channel": _CHANNEL,
    "redis.Redis": _REDIS,
    "redis.StrictRedis": _REDIS,
    "redis.ConnectionPool": _REDIS._replace(host=-1, port=-1),
    "redis.asyncio.Redis": _REDIS,
    "aioredis.Redis": _REDIS,
    "redis.from_url": Api("connect", "redis", None, address=0, keyword="url"),
    "redis.Redis.from_url": Api("connect", "redis", None, address=0, keyword="url"),
    "redis.asyncio.from_url": Api("connect", "redis", None, address=0, keyword="url"),
    "redis.asyncio.Redis.from_url": Api("connect", "redis", None, address=0, keyword="url"),
    "aioredis.from_url": Api("connect", "redis", None, address=0, keyword="url"),
    "prometheus_client.start_http_server": Api("bind", "prometheus", "metrics", port=0),
    "nats.connect": Api("connect", "nats", None, address=0, keyword="servers"),
    "smtplib.SMTP": Api("connect", "smtp", None, host=0, port=1, sure=False),
    "http.client.HTTPConnection": Api("connect", "http", "http", host=0, port=1, sure=False),
    "http.client.HTTPSConnection": Api("connect", "http", "http", host=0, port=1, sure=False),
    "urllib.request.urlopen": _URL,
    "psycopg2.connect": _DATABASE,
    "psycopg.connect": _DATABASE,
    "asyncpg.connect": _DATABASE,
    "asyncpg.create_pool": _DATABASE,
    "pymysql.connect": _DATABASE,
    "mysql.connector.connect": _DATABASE,
    "pymongo.MongoClient": Api("connect", "database", None, host=0, port=1, sure=False),
}
for _module in ("requests", "httpx"):
    for _method in ("get", "post", "put", "delete", "patch", "head", "options"):
        FUNCTIONS[f"{_module}.{_method}"] = _URL

# By method name, on any receiver.
METHODS: dict[str, Api] = {
    "bind": Api("bind", "zmq", None, address=0, keyword="addr"),
    "unbind": Api("bind", "zmq", None, address=0, keyword="addr"),
    "connect": Api("connect", "zmq", None, address=0, keyword="addr"),
    "disconnect": Api("connect", "zmq", None, address=0, keyword="addr"),
    "connect_ex": Api("connect", "socket", None, address=0),
    "add_insecure_port": Api("bind", "grpc", None, address=0),
    "add_secure_port": Api("bind", "grpc", None, address=0),
    "create_server": Api("bind", "asyncio", None, host=1, port=2),
    "create_connection": Api("connect", "asyncio", None, host=1, port=2),
    "ws_connect": Api("connect", "websockets", None, address=0, keyword="url", sure=False),
}
FRAMEWORKS = frozenset({"flask", "quart", "sanic", "bottle", "dash", "flask_socketio", "fastapi", "fastmcp"})  # `app.run(port=)`
ANY_PORT = frozenset({"bind_to_random_port"})
