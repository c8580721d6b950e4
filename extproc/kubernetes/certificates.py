"""Certificates that the injector signs for itself: what is made, when it is due, and whom the API server trusts.

Every authority signs one leaf, and its key is forgotten at once, so that nobody can sign another with it.
The clock is an argument.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CHAIN: Final = "tls.crt"
KEY: Final = "tls.key"
AUTHORITIES: Final = "ca.crt"
_CALLED: Final = "mcp-extproc injector"
_BACKDATED: Final = timedelta(hours=1)  # clocks differ
_RENEWED: Final = 0.6  # of the leaf's life; the last third is for whatever goes wrong
_MOST: Final = 8  # authorities in a bundle; more than two or three at once are a loop somewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A leaf with its key, and the authorities that count: its own first, then older ones that have not ended."""

    leaf: x509.Certificate
    key: bytes
    authorities: tuple[x509.Certificate, ...]

    @property
    def chain(self) -> bytes:
        """Return the leaf as PEM."""
        return pem([self.leaf])

    @property
    def ends(self) -> datetime:
        """Return when the leaf ends."""
        return self.leaf.not_valid_after_utc

    def data(self) -> dict[str, bytes]:
        """Return what is kept in the Secret."""
        return {CHAIN: self.chain, KEY: self.key, AUTHORITIES: pem(self.authorities)}


def host_names(service: str, namespace: str) -> tuple[str, ...]:
    """Return the names by which the API server calls a Service."""
    return f"{service}.{namespace}.svc", f"{service}.{namespace}.svc.cluster.local"


def make(names: Sequence[str], now: datetime, days: int, former: Iterable[x509.Certificate] = ()) -> Material:
    """Make an authority and a leaf that it signs; former authorities stay until they end."""
    begins, ends = now - _BACKDATED, now + timedelta(days=days)
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    issuer = _name(f"{_CALLED} {serial:x}"[:40])
    identifier = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
    authority = (
        _begun(issuer, issuer, root.public_key(), begins, ends)
        .serial_number(serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(root, hashes.SHA256())
    )
    leaf = (
        _begun(_name(_CALLED), issuer, key.public_key(), begins, ends)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(root, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Material(leaf=leaf, key=private, authorities=(authority, *_lasting(former, now))[:_MOST])


def read(data: Mapping[str, bytes]) -> Material | None:
    """Read what a Secret keeps; None when a part is missing or they do not belong together."""
    try:
        [leaf] = x509.load_pem_x509_certificates(data[CHAIN])
        private = serialization.load_pem_private_key(data[KEY], None)
        authorities = tuple(x509.load_pem_x509_certificates(data[AUTHORITIES]))
        leaf.verify_directly_issued_by(authorities[0])
    except (KeyError, ValueError, TypeError, InvalidSignature):
        return None
    if private.public_key() != leaf.public_key():
        return None
    return Material(leaf=leaf, key=data[KEY], authorities=authorities)


def is_due(material: Material | None, names: Sequence[str], now: datetime) -> bool:
    """Tell whether new material is to be made: before two thirds of the leaf's life, or because it names others."""
    if material is None or tuple(_names(material.leaf)) != tuple(names):
        return True
    begins, ends = material.leaf.not_valid_before_utc, material.leaf.not_valid_after_utc
    return not begins <= now < begins + _RENEWED * (ends - begins)


def is_good(material: Material, now: datetime) -> bool:
    """Tell whether a leaf can be served."""
    return material.leaf.not_valid_before_utc <= now < material.ends


def bundle(material: Material, present: bytes, now: datetime) -> bytes:
    """Return whom the API server is to trust: the authorities of the material, and those of ours it trusts already.

    None goes before it has ended: another replica may serve its leaf, or have made one that we have not seen yet.
    """
    known: dict[bytes, x509.Certificate] = {}
    for certificate in (*material.authorities, *filter(_is_ours, _read_all(present))):
        known.setdefault(certificate.fingerprint(hashes.SHA256()), certificate)
    lasting = list(_lasting(known.values(), now))
    if {*_read_all(present)} == {*lasting}:
        return present
    newest = sorted(lasting[1:], key=lambda one: one.not_valid_after_utc, reverse=True)
    return pem([*lasting[:1], *newest][:_MOST])


def ends_at(chain: bytes) -> datetime:
    """Return when the first certificate of a chain ends. Raises: `ValueError`."""
    return x509.load_pem_x509_certificates(chain)[0].not_valid_after_utc


def moment(seconds: float) -> datetime:
    """Return the time of a clock."""
    return datetime.fromtimestamp(seconds, UTC)


def pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Write certificates one after the other."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def _lasting(certificates: Iterable[x509.Certificate], now: datetime) -> Iterable[x509.Certificate]:
    return [one for one in certificates if now < one.not_valid_after_utc]


def _read_all(data: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        return []


def _is_ours(certificate: x509.Certificate) -> bool:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(str(name.value).startswith(_CALLED) for name in names)


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
