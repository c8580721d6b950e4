"""Decides what stands in the folder for each namespace: what its team wrote last if that is good, else what was good.

Where nothing good was ever there stands a layer that denies everything in that namespace. One namespace's fault is its
own: each is checked against the floor alone, and all together once more before anything is put in place.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from extproc.config.faults import ConfigError
from extproc.config.policy_file import PolicyFile, joined, parse_file, read_policies, tested
from extproc.config.vocabulary import Vocabulary
from extproc.kubernetes.documents import DENIED, Bound, Caps, checked, denying, fit, prefix_of
from extproc.kubernetes.folder import Folder
from extproc.kubernetes.telemetry import CollectorMetrics, PolicyState
from extproc.kubernetes.values import text
from extproc.model.message import JsonObject

_log: Final = logging.getLogger("extproc.kubernetes")


class Collector:
    """What is known of the namespaces, and what stands for them. It waits for nothing but the disk."""

    def __init__(
        self,
        folder: Folder,
        floor: Sequence[Path],
        vocabulary: Vocabulary,
        metrics: CollectorMetrics,
        caps: Caps,
    ) -> None:
        """Read the floor, and what is in the folder from before. Raises: `ConfigError` when the floor has faults."""
        self._folder = folder
        self._paths = floor
        self._vocabulary = vocabulary
        self._metrics = metrics
        self._caps = caps
        self._known: dict[str, dict[str, JsonObject]] = {}
        self._placed: dict[str, PolicyFile] = {}
        self._states: dict[str, PolicyState] = {}
        self._floor = self._read_floor()
        for namespace in folder.namespaces():
            self._recall(namespace)
        self._tell()

    @property
    def complete(self) -> bool:
        """Tell whether the folder can be used: all that there was has been seen once."""
        return self._folder.complete

    def listed(self, config_maps: Iterable[JsonObject], *, within: str | None = None) -> None:
        """Take in all ConfigMaps that there are, or all of one namespace."""
        kept = {name: maps for name, maps in self._known.items() if within is not None and name != within}
        dirty = {name for name in {*self._known, *self._placed} if within is None or name == within}
        self._known = kept
        for one in config_maps:
            dirty.add(self._note(one))
        self._settle(dirty)

    def changed(self, config_maps: Iterable[JsonObject], gone: Iterable[JsonObject] = ()) -> None:
        """Take in ConfigMaps that are new or other than before, and those that are gone."""
        dirty = {self._note(one) for one in config_maps}
        for one in gone:
            namespace = text(one, "metadata", "namespace")
            self._known.get(namespace, {}).pop(text(one, "metadata", "name"), None)
            dirty.add(namespace)
        self._settle(dirty)

    def completed(self) -> None:
        """Say that all that there was has been seen."""
        self._folder.completed()

    def forget_others(self, namespaces: Iterable[str]) -> None:
        """Remove what stands for other namespaces than these: they are not collected any more."""
        for name in set(self._placed) - set(namespaces):
            self._remove(name)
        self._tell()

    def floor_changed(self) -> None:
        """Read the floor anew and check everything against it; a floor with faults changes nothing."""
        try:
            self._floor = self._read_floor()
        except ConfigError as error:
            _log.error("the floor cannot be used, the former one counts:\n%s", error)
            return
        _log.info("the floor was read anew, every policy is checked against it")
        for namespace, file in [*self._placed.items()]:
            if not self._fits(file):
                self._deny(namespace)  # until what its team wrote last was looked at, a few lines below
        self._settle(self._known)

    def again(self) -> None:
        """Put everything in place once more, after a disk that did not take it."""
        self._settle(self._known)

    def _read_floor(self) -> tuple[PolicyFile, ...]:
        files = read_policies(self._paths, self._vocabulary)
        tested(files, self._vocabulary.detection)
        return files

    def _recall(self, namespace: str) -> None:
        """Take what stands in the folder for the last good one, if it still fits."""
        try:
            file = parse_file(self._folder.read(namespace), f"{namespace}.yaml", self._vocabulary)
            fit(file, self._floor, self._vocabulary)
        except ConfigError as error:
            _log.error("what was kept of namespace %s does not fit any more:\n%s", namespace, error)
            self._deny(namespace)
            return
        self._placed[namespace] = file
        self._states[namespace] = PolicyState.DENIED if _denies(file, namespace) else PolicyState.KEPT

    def _note(self, config_map: JsonObject) -> str:
        namespace, name = text(config_map, "metadata", "namespace"), text(config_map, "metadata", "name")
        metadata: JsonObject = {"name": name}
        self._known.setdefault(namespace, {})[name] = {"metadata": metadata, "data": config_map.get("data")}
        return namespace

    def _settle(self, namespaces: Iterable[str]) -> None:
        """Work out what is to stand for these namespaces, and put it in place."""
        good: dict[str, Bound] = {}
        for namespace in sorted(namespaces):
            maps = self._known.get(namespace)
            if not maps:
                self._known.pop(namespace, None)
                self._remove(namespace)
                continue
            try:
                good[namespace] = checked(
                    namespace, [maps[name] for name in sorted(maps)], self._floor, self._caps, self._vocabulary
                )
            except ConfigError as error:
                self._refuse(namespace, error)
        self._place(good)
        self._tell()

    def _place(self, good: Mapping[str, Bound]) -> None:
        """Put policies in place after a look at all of them together; where that fails, one after the other."""
        fault = self._together(good)
        if fault is None:
            for namespace, bound in good.items():
                self._put(namespace, bound)
        elif len(good) == 1:
            [namespace] = good
            self._refuse(namespace, fault)
        else:
            for namespace, bound in good.items():
                self._place({namespace: bound})

    def _together(self, good: Mapping[str, Bound]) -> ConfigError | None:
        if not good:
            return None
        files = {**self._placed, **{namespace: bound.file for namespace, bound in good.items()}}
        try:
            joined([*self._floor, *(files[name] for name in sorted(files))])
        except ConfigError as error:
            return error
        return None

    def _put(self, namespace: str, bound: Bound) -> None:
        before = self._placed.get(namespace)
        if before is not None and before.digest == bound.file.digest:
            self._states[namespace] = PolicyState.GOOD
            return
        self._folder.write(namespace, bound.text)
        self._placed[namespace], self._states[namespace] = bound.file, PolicyState.GOOD
        self._metrics.changed("good")
        _log.info("the policy of namespace %s is in place: %d rules", namespace, len(bound.file.layer.rules))

    def _refuse(self, namespace: str, error: ConfigError) -> None:
        """Leave the last good policy of a namespace; where there is none, deny everything there."""
        self._metrics.changed("refused")
        file = self._placed.get(namespace)
        if file is None or _denies(file, namespace):
            _log.error("the policy of namespace %s is refused, everything is denied there:\n%s", namespace, error)
            self._deny(namespace)
            return
        _log.error("the policy of namespace %s is refused, its last good one stays:\n%s", namespace, error)
        self._states[namespace] = PolicyState.KEPT

    def _deny(self, namespace: str) -> None:
        data = denying(namespace)
        file = parse_file(data, f"{namespace}.yaml")
        before = self._placed.get(namespace)
        if before is None or before.digest != file.digest:
            self._folder.write(namespace, data)
        self._placed[namespace] = file
        self._states[namespace] = PolicyState.DENIED

    def _remove(self, namespace: str) -> None:
        if namespace not in self._states:
            return
        self._folder.remove(namespace)
        del self._placed[namespace], self._states[namespace]
        self._metrics.changed("removed")
        _log.info("namespace %s has no policy any more: the floor alone counts there", namespace)

    def _fits(self, file: PolicyFile) -> bool:
        try:
            fit(file, self._floor, self._vocabulary)
        except ConfigError:
            return False
        return True

    def _tell(self) -> None:
        self._metrics.stand(Counter(self._states.values()))


def _denies(file: PolicyFile, namespace: str) -> bool:
    return file.layer.name == f"{prefix_of(namespace)}{DENIED}"
