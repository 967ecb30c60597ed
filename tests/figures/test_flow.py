"""The flow chart."""

from __future__ import annotations

from matplotlib.patches import Rectangle

from spine_outcomes.figures.flow import Step, flow_sheet

STEPS = [Step(["Read", "760"]), Step(["Adults", "757"], ["Left out", "<5"])]


def test_the_flow_has_a_box_a_step_and_one_an_arm() -> None:
    """A step that is not drawn is a loss that nobody can count."""
    [ax] = flow_sheet(STEPS, [["A", "388"], ["B", "317"]]).axes
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    texts = [text.get_text() for text in ax.texts]
    assert len(boxes) == 5
    assert texts == ["Read", "760", "Left out", "<5", "Adults", "757", "A", "388", "B", "317"]


def test_every_text_stands_in_its_box() -> None:
    """A long reason that runs over the edge of its box, or out of the sheet."""
    long = "Imaged within so many days before the first treatment of the level that was treated"
    figure = flow_sheet([Step(["Read"]), Step([long, "3"], [long, long])], [[long], [long]])
    [ax] = figure.axes
    figure.draw_without_rendering()
    boxes = [patch.get_window_extent() for patch in ax.patches]
    for text in ax.texts:
        extent = text.get_window_extent()
        assert any(
            box.x0 < extent.x0 and extent.x1 < box.x1 and box.y0 < extent.y0 and extent.y1 < box.y1
            for box in boxes
        ), text.get_text()
