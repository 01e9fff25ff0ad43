"""Every command that we send or that our scripts run, as it may be sent within a transaction that is never executed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from floorwalker.store.link.replies import Word

_ON_A_KEY: Final[Mapping[str, tuple[Word, ...]]] = {
    "DEL": (),
    "DUMP": (),
    "EXISTS": (),
    "EXPIRE": (1,),
    "EXPIREAT": (1,),
    "GET": (),
    "GETRANGE": (0, 0),
    "HDEL": ("f",),
    "HEXISTS": ("f",),
    "HGET": ("f",),
    "HGETALL": (),
    "HINCRBY": ("f", 1),
    "HKEYS": (),
    "HLEN": (),
    "HMGET": ("f",),
    "HSCAN": (0,),
    "HSET": ("f", "v"),
    "HSETNX": ("f", "v"),
    "HSTRLEN": ("f",),
    "LRANGE": (0, 0),
    "LLEN": (),
    "LREM": (0, "v"),
    "LTRIM": (0, 0),
    "MGET": (),
    "PEXPIRE": (1,),
    "PEXPIREAT": (1,),
    "PTTL": (),
    "RPUSH": ("v",),
    "SET": ("v",),
    "SETRANGE": (0, "v"),
    "STRLEN": (),
    "TTL": (),
    "TYPE": (),
    "XACK": ("g", "0-1"),
    "XADD": ("*", "f", "v"),
    "XAUTOCLAIM": ("g", "c", 1, "0-0"),
    "XDEL": ("0-1",),
    "XLEN": (),
    "XPENDING": ("g",),
    "XRANGE": ("-", "+"),
    "XREVRANGE": ("+", "-"),
    "XSETID": ("0-1",),
    "XTRIM": ("MAXLEN", 1),
    "ZADD": (1, "m"),
    "ZCARD": (),
    "ZCOUNT": (0, 1),
    "ZRANGE": (0, 1),
    "ZRANGEBYLEX": ("-", "+"),
    "ZRANGEBYSCORE": (0, 1),
    "ZREM": ("m",),
    "ZREMRANGEBYRANK": (0, 1),
    "ZREMRANGEBYSCORE": (0, 1),
    "ZREVRANGE": (0, 1),
    "ZREVRANGEBYSCORE": (1, 0),
    "ZSCAN": (0,),
    "ZSCORE": ("m",),
}


def probes_of(key: str, *, of_cluster: bool = True, of_replicas: bool = True) -> Mapping[str, tuple[Word, ...]]:
    """Each command with arguments that the server takes, on one key.

    of_cluster, of_replicas: with what only a cluster is asked, and who waits for replicas.
    """
    found: dict[str, tuple[Word, ...]] = {name: (name, key, *rest) for name, rest in _ON_A_KEY.items()}
    found |= {
        "BGREWRITEAOF": ("BGREWRITEAOF",),
        "INFO": ("INFO", "persistence"),
        "EVAL": ("EVAL", "return 1", 1, key),
        "EVALSHA": ("EVALSHA", "0" * 40, 1, key),
        "PING": ("PING",),
        "SCAN": ("SCAN", 0),
        "TIME": ("TIME",),
        "XGROUP": ("XGROUP", "CREATE", key, "g", "$", "MKSTREAM"),
        "XINFO": ("XINFO", "STREAM", key),
        "XREADGROUP": ("XREADGROUP", "GROUP", "g", "c", "COUNT", 1, "STREAMS", key, ">"),
    }
    if of_cluster:
        found |= {"ASKING": ("ASKING",), "CLUSTER": ("CLUSTER", "SLOTS")}
    if of_replicas:
        found |= {"WAIT": ("WAIT", 0, 1)}
    return MappingProxyType(found)
