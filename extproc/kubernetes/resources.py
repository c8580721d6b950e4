"""The kinds of objects that are used, and where they stand in the API."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of object, and where it stands in the API."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """Return the path of an object or, without a name, of all of them."""
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if namespace is not None and self.namespaced:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name is not None:
            parts.append(name)
        return "/" + "/".join(quote(part, safe="") for part in parts)


SECRETS: Final = Resource(kind="Secret", plural="secrets")
CONFIG_MAPS: Final = Resource(kind="ConfigMap", plural="configmaps")
WEBHOOKS: Final = Resource(
    kind="MutatingWebhookConfiguration",
    plural="mutatingwebhookconfigurations",
    group="admissionregistration.k8s.io",
    namespaced=False,
)
