"""The guard of ``network.py`` for libraries on urllib3: the connected address is looked at before a byte is sent."""

import socket
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from activities.sources.connector import SourceRefusedError
from activities.sources.network import is_public


def guarded_pools(allowed: Collection[str], **options: Any) -> PoolManager:
    """Return connection pools that refuse private addresses but those of the hosts ``allowed``."""

    def check(connected: socket.socket, host: str, port: int) -> socket.socket:
        address = str(connected.getpeername()[0])
        if not {host.lower(), f"{host.lower()}:{port}"} & set(allowed) and not is_public(ip_address(address)):
            connected.close()
            raise SourceRefusedError(f"{host!r} is a private address; HOLDFAST_SOURCE_PRIVATE_HOSTS allows such hosts")
        return connected

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return check(super()._new_conn(), self.host, self.port)

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return check(super()._new_conn(), self.host, self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    pools = PoolManager(**options)
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
    return pools
