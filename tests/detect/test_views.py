"""From a place in decoded text to the text it was decoded from."""

from extproc.detect.views import View


def _view() -> View:
    # The text a%40b<zero width>c from its third character on: "a@bc".
    parent = View(text="..a%40b\u200bc", leaf=0)
    return View(
        text="a@bc",
        leaf=0,
        parent=parent,
        depth=1,
        offset=2,
        at=[1, 3],
        until=[2, 3],
        outer_at=[3, 7],
        outer_until=[6, 8],
    )


def test_what_was_decoded_stands_for_all_that_it_was_decoded_from() -> None:
    view = _view()
    assert view.outer(0, 4) == (2, 9)
    assert view.outer(1, 2) == (3, 6)
    assert view.outer(0, 1) == (2, 3)
    assert view.outer(2, 3) == (6, 7)
    assert view.outer(3, 4) == (8, 9)


def test_only_what_touches_something_decoded_is_new() -> None:
    view = View(text="abcdefgh", leaf=0, at=[4], until=[5], outer_at=[4], outer_until=[10])
    assert [view.decoded(start, start + 1) for start in range(8)] == [
        False,
        False,
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_places_lead_through_all_views_to_the_leaf() -> None:
    view = _view()
    assert view.parent is not None
    whole = View(text="xyz", leaf=0, parent=view, at=[0], until=[3], outer_at=[1], outer_until=[2])
    assert whole.root(1, 2) == (3, 6)
