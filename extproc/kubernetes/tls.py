"""The certificate that is served, changed without a restart: new connections get the new one, open ones go on."""

import os
import ssl

from extproc.kubernetes.certificates import ends_at


class ServedCertificate:
    """A TLS context of a server, and what stands in it."""

    def __init__(self) -> None:
        """Begin with nothing to serve."""
        self.context = _context()
        self.ends: float | None = None

    def load(self, chain: bytes, key: bytes) -> None:
        """Serve a certificate from now on. Raises: `ValueError`, and what was served stays."""
        try:
            ends = ends_at(chain).timestamp()
            _load(_context(), chain, key)  # a pair that does not fit must not touch the one that is served
            _load(self.context, chain, key)
        except (OSError, ValueError, IndexError):  # ssl.SSLError is an OSError
            raise ValueError("the certificate and the key cannot be read, or do not belong together") from None
        self.ends = ends


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


def _load(context: ssl.SSLContext, chain: bytes, key: bytes) -> None:
    """Load from memory: the module `ssl` reads files only, and a key has no business on a disk."""
    descriptors = [os.memfd_create(name) for name in ("chain", "key")]
    try:
        for descriptor, data in zip(descriptors, (chain, key), strict=True):
            os.write(descriptor, data)
        certificate, private = (f"/proc/self/fd/{descriptor}" for descriptor in descriptors)
        context.load_cert_chain(certificate, private, password="")  # an encrypted key is an error, and no question
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
