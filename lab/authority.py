"""A certificate authority for the lifetime of a lab. Its key is never written to disk."""

from __future__ import annotations

import datetime as dt
import os
import ssl
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Authority"]

DAYS = 30


class Authority:
    """Issues certificates for the names of endpoints."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Endpoint Hub lab")])
        self._root = (
            self._builder(self._name)
            .public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self._issued: dict[tuple[str, ...], ssl.SSLContext] = {}

    @property
    def certificate(self) -> bytes:
        """The root certificate that clients have to trust, as PEM."""
        return self._root.public_bytes(serialization.Encoding.PEM)

    def _builder(self, subject: x509.Name) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=DAYS))
        )

    def context(self, names: Iterable[str]) -> ssl.SSLContext:
        """A server-side TLS context with a certificate for some names, which may begin with the wildcard `*.`."""
        wanted = tuple(names) or ("no-name.invalid",)
        if wanted not in self._issued:
            key = ec.generate_private_key(ec.SECP256R1())
            alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in wanted])
            leaf = (
                self._builder(x509.Name([]))
                .public_key(key.public_key())
                .add_extension(alternatives, critical=True)
                .sign(self._key, hashes.SHA256())
            )
            self._issued[wanted] = _context(leaf, key)
        return self._issued[wanted]

    def any_context(self) -> ssl.SSLContext:
        """A server-side TLS context that presents a certificate for whatever name the client requests."""

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = self.context([name or "no-name.invalid"])

        context = self.context(["any.invalid"])
        context.sni_callback = choose
        return context


def _context(leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL reads chains from files only, so use an anonymous file in memory.
    descriptor = os.memfd_create("chain")
    with os.fdopen(descriptor, "wb") as file:
        file.write(leaf.public_bytes(serialization.Encoding.PEM) + private)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    return context
