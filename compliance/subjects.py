"""What verdicts are about: rooms, cameras, the school, the district; and which rules are about them."""

from typing import NamedTuple

from compliance.rules import Rule, SubjectKind
from lamplighter.site.model import Site, Space, SpaceKind


class Subject(NamedTuple):
    """One thing judged; `space_kind` of a camera is that of the space it watches."""

    id: str
    kind: SubjectKind
    space: str | None = None
    space_kind: SpaceKind | None = None


def of_space(space: Space) -> Subject:
    """A room as a subject."""
    return Subject(space.id, "space", space.id, space.kind)


def subjects_of(site: Site) -> tuple[Subject, ...]:
    """Every room, camera and the school itself."""
    kinds = {space.id: space.kind for space in site.spaces}
    cameras = (Subject(camera.id, "camera", camera.space, kinds[camera.space]) for camera in site.cameras)
    return (*(of_space(space) for space in site.spaces), *cameras, Subject(site.school, "school"))


def concerns(rule: Rule, site: Site) -> bool:
    """Whether the rule's jurisdiction is one of the school's; `ZZ` is everywhere."""
    return rule.jurisdiction == "ZZ" or rule.jurisdiction in site.jurisdictions
