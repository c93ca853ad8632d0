"""The EWC lesson: the numbers it prints and speaks of, the answer's absence before commitment, the program beside it."""

import base64
import io
import json
import re
from contextlib import redirect_stdout

import numpy as np
import pytest
from reader import Reader, lesson

from fisher_core import continual
from fisher_studies import landscape

A = continual.QuadraticTask([-1.2, -0.4], np.diag([0.1, 6.0]))
B = continual.QuadraticTask([1.0, 0.5], np.diag([3.0, 0.3]))
LAND = landscape.Landscape(A, B)
KINDS = ("none", "l2", "ewc_diagonal", "ewc_full")
NAMES = ("none", "l2", "diagonal", "full")


def end(kind, strength, degrees=0.0):
    theta, losses = LAND.ends(kind, [strength], np.radians(degrees))
    return theta[0], losses["A"][0], losses["B"][0]


# ---- numbers of the storyboard, each as the page prints it -------------------------------------------------------------
def test_no_penalty_ends_at_2_672_and_has_reached_2_548_at_step_120():
    assert f"{end('none', 0.0)[1]:.3f}" == "2.672"
    run = LAND.trails("none", 0.0).losses
    assert f"{run['A'][0, 120]:.3f}" == "2.548"
    assert f"{run['B'][0, 0]:.2f}" == "7.38", "the loss of B where it starts"
    trap = lesson("ewc").trap
    assert "2.672" in trap and "2.548" in trap


@pytest.mark.parametrize("kind, printed", [("l2", "0.693"), ("ewc_diagonal", "0.350"), ("ewc_full", "0.350")])
def test_best_sums_at_0(kind, printed):
    assert f"{LAND.best_total(kind)[1]:.3f}" == printed


@pytest.mark.parametrize("kind, printed", [("l2", "0.693"), ("ewc_diagonal", "0.693"), ("ewc_full", "0.350")])
def test_best_sums_at_45(kind, printed):
    assert f"{LAND.best_total(kind, np.radians(45))[1]:.3f}" == printed


def test_full_ewc_at_strength_one_is_training_on_both():
    theta, loss_a, loss_b = end("ewc_full", 1.0)
    joint = np.linalg.solve(A.precision + B.precision, A.precision @ A.center + B.precision @ B.center)
    np.testing.assert_allclose(theta, joint, atol=1e-12)
    assert (f"{loss_a:.3f}", f"{loss_b:.3f}") == ("0.232", "0.118")


def test_the_diagonal_at_45_is_l2_with_3_05_times_the_strength():
    matrix = LAND.penalty("ewc_diagonal", 1.0, np.radians(45)).matrix
    np.testing.assert_allclose(matrix, 3.05 * np.eye(2), atol=1e-12)
    assert pytest.approx(3.05) == (0.1 + 6) / 2
    theta, loss_a, loss_b = end("ewc_diagonal", 1.0, 45)
    np.testing.assert_allclose(theta, [0.149, -0.303], atol=5e-4)
    assert f"{loss_a + loss_b:.2f}" == "2.02" or f"{loss_a + loss_b:.3f}" == "2.025"
    assert f"{LAND.best_total('ewc_diagonal', np.radians(45))[0]:.1f}" == "0.2", (
        "its best strength, as the feedback says"
    )


@pytest.mark.parametrize("strength, printed", [(1.0, "0.317"), (100.0, "0.0033")])
def test_step_limits_of_the_preset(strength, printed):
    limit = min(continual.step_limit(B, LAND.penalty(k, strength)) for k in KINDS)
    assert float(f"{limit:.2g}" if strength > 1 else f"{limit:.3f}") == float(printed)
    assert printed in next(p.look for p in lesson("ewc").presets if p.key == "large")


def test_at_100_the_descent_leaves_the_picture_and_its_end_does_not():
    run = LAND.trails("ewc_full", 100.0)
    assert np.abs(run.path[0]).max() > 40
    assert np.abs(end("ewc_full", 100.0)[0] - A.center).max() < 0.6


def test_conflicting_tasks_do_not_overlap():
    other = continual.QuadraticTask([1.0, 1.0], np.diag([0.3, 3.0]))
    assert landscape.Landscape(A, other).best_total("ewc_full")[1] > 2 * 0.35


def test_trails_of_a_bowl_are_linear_in_its_centre():
    """Four corners are all that is sent for dragging θ_B."""
    corners = [(x, y) for x in (-1.0, 1.7) for y in (-1.0, 1.3)]
    u, w = (0.4 + 1.0) / 2.7, (0.9 + 1.0) / 2.3
    weights = [(1 - u) * (1 - w), (1 - u) * w, u * (1 - w), u * w]
    mixed = sum(
        k * landscape.Landscape(A, continual.QuadraticTask(c, B.precision)).trails("l2", 1.0).path
        for k, c in zip(weights, corners, strict=True)
    )
    direct = landscape.Landscape(A, continual.QuadraticTask([0.4, 0.9], B.precision)).trails("l2", 1.0).path
    np.testing.assert_allclose(mixed, direct, atol=1e-12)


# ---- the page ----------------------------------------------------------------------------------------------------------
def tables(wire):
    return {name: np.frombuffer(base64.b64decode(text), dtype="<f4") for name, text in wire["tables"].items()}


def at_present(wire, ref, held):
    """The number a browser shows at rest: the first table of a cross, at the present controls; of a mix, its sum."""
    if isinstance(ref, float):
        return ref
    if "mix" in ref:
        weights, rows = (part["each"] if isinstance(part, dict) else part for part in ref["mix"])
        return sum(at_present(wire, w, held) * at_present(wire, r, held) for w, r in zip(weights, rows, strict=True))
    ref = ref.get("pick", [ref])[0]
    flat, shape = held[ref["t"]], ref["shape"]
    controls = {c["key"]: c for c in wire["controls"]}
    index = [
        int(np.abs(np.array(ref.get("nodes", {}).get(k, controls[k]["nodes"])) - wire["values"][k]).argmin())
        for k in ref["over"]
    ]
    return float(flat.reshape(shape)[tuple(index)].ravel()[0])


def shown(wire, name):
    number = wire["scene"]["numbers"][name]
    exact = number.get("exact")
    return exact if isinstance(exact, float) else at_present(wire, number["ref"], tables(wire))


def test_what_is_sent_before_the_commitment_does_not_hold_the_answer():
    reader = Reader("ewc")
    wire = reader.wire
    secret = []
    for strength in (1.0, 10**-0.7):
        run = LAND.trails("ewc_diagonal", strength, np.radians(45))
        secret += [run.path[0, :, 0], run.path[0, :, 1], run.losses["A"][0], run.losses["B"][0]]
    for numbers in tables(wire).values():
        if numbers.size % 121 == 0:
            rows = numbers.reshape(-1, 121)
            assert not any(np.isclose(rows[:, 5:], s[5:], atol=1e-3).all(axis=1).any() for s in secret)
    assert (
        "diagonal 0.693" not in reader.raw
        and "3.05" not in json.dumps(wire["predictions"])
        and "3.05" not in json.dumps(wire["extras"])
    )
    numbers = wire["scene"]["numbers"]
    for ref in [numbers[f"diagonal_{q}"]["ref"] for q in ("A", "B")] + [
        r for q in ("x", "y", "sum") for r in numbers[f"diagonal_{q}"]["ref"]["mix"][1]["each"]
    ]:
        hidden = ref["pick"][1]
        assert hidden["over"][0] == "angle" and np.isnan(tables(wire)[hidden["t"]]).all()


def test_turning_shows_the_answer_and_counts_as_seen():
    reader = Reader("ewc")
    reader.send({"angle": 12.0})
    asked = reader.prediction("order")
    assert asked["answered"] and asked["given"] is None and asked["right"] is not False
    visitor = Reader("ewc", {"angle": "45"})
    assert visitor.prediction("order")["answered"]


def test_commitment_turns_the_problem_and_prints_the_answer():
    reader = Reader("ewc")
    wire = reader.commit("order", {"order": ["full", "diagonal", "l2"], "tie": [False, False, True]})
    answer = reader.prediction("order")
    assert answer["right"] and "0.350" in answer["truth"] and "0.693" in answer["truth"]
    assert wire["values"]["angle"] == 45
    assert shown(wire, "diagonal_sum") == pytest.approx(2.025, abs=5e-4)
    assert shown(wire, "best_diagonal") == pytest.approx(0.693, abs=5e-4)
    assert (shown(wire, "diagonal_x"), shown(wire, "diagonal_y")) == (
        pytest.approx(0.149, abs=5e-4),
        pytest.approx(-0.303, abs=5e-4),
    )


def test_every_order_of_the_three_gets_words_of_its_own_kind():
    said = {lesson("ewc").predictions[0].feedback([frozenset(g) for g in groups]) for groups in (
        [{"full"}, {"diagonal", "l2"}], [{"full", "diagonal"}, {"l2"}], [{"full"}, {"diagonal"}, {"l2"}], [{"full"}, {"l2"}, {"diagonal"}], [{"l2"}, {"diagonal"}, {"full"}])}  # fmt: skip
    assert len(said) == 5


def test_break_it_lays_ewc_on_the_trail_without_penalty():
    reader = Reader("ewc")
    wire = reader.send({"brk": True})
    for what in ("x", "y", "A", "B"):
        assert shown(wire, f"full_{what}") == shown(wire, f"none_{what}") == shown(wire, f"diagonal_{what}")
    assert shown(wire, "l2_A") == pytest.approx(0.266, abs=5e-4)
    assert reader.prediction("empirical")["answered"]


def test_noise_free_logistic_labels_are_refused_in_words():
    wire = Reader("ewc", {"brk": "1", "loss": "logistic"}).wire
    assert "separable" in wire["scene"]["refused"]


def program_says(code):
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "program", "exec"), {"__name__": "program"})
    return {line.split()[0]: [float(x) for x in line.split()[1:]] for line in out.getvalue().splitlines()}


@pytest.mark.parametrize("key", [p.key for p in lesson("ewc").presets] + ["noise", "broken"])
def test_the_program_agrees_with_the_picture(key):
    reader = Reader("ewc")
    wire = (
        reader.send({"noise": 0.5})
        if key == "noise"
        else reader.send({"brk": True})
        if key == "broken"
        else reader.preset(key)
    )
    code = wire["extras"]["code"]
    assert len(code.splitlines()) <= 45
    said = program_says(code)
    for name in NAMES:
        theta_1, theta_2, loss_a, loss_b, *best = said[name]
        for what, value in (("x", theta_1), ("y", theta_2), ("A", loss_a), ("B", loss_b)):
            on_page = shown(wire, f"{name}_{what}")
            if not np.isfinite(shown(wire, f"{name}_sum")):
                assert max(abs(theta_1), abs(theta_2)) > 40, (name, "diverges in the program too")
            elif np.isfinite(on_page):
                assert on_page == pytest.approx(value, rel=2e-4, abs=2e-5), (name, what)
            else:
                assert abs(value) > 40, (name, what)
        if best and name != "none":
            assert shown(wire, f"best_{name}") == pytest.approx(best[0], abs=1e-5)


def test_the_first_look_prints_the_table_of_the_storyboard():
    wire = Reader("ewc").wire
    printed = {
        n: [f"{shown(wire, f'{n}_{w}'):.{d}f}" for w, d in (("x", 2), ("y", 2), ("A", 3), ("B", 3), ("sum", 3))]
        for n in NAMES
    }
    assert printed == {
        "none": ["1.00", "0.48", "2.548", "0.000", "2.548"], "l2": ["0.45", "-0.19", "0.266", "0.526", "0.791"],
        "diagonal": ["0.93", "-0.36", "0.232", "0.118", "0.350"], "full": ["0.93", "-0.36", "0.232", "0.118", "0.350"],
    }  # fmt: skip
    assert wire["values"]["step"] == 120 and wire["scene"]["player"]["control"] == "step"
    assert re.search(r"matrix exponential", wire["badge"]["text"])


# ---- Bayes -------------------------------------------------------------------------------------------------------------
def test_for_a_bowl_the_full_gaussian_is_the_posterior_and_the_diagonal_is_not():
    wire = Reader("ewc", {"tab": "bayes"}).wire
    assert shown(wire, "tv_full") < 2e-3
    assert shown(wire, "tv_diagonal") > 0.3
    assert shown(wire, "summed") == pytest.approx(15.8489, rel=1e-5), "λ is N_A for a summed loss"
    assert shown(wire, "mean") == pytest.approx(15.8489 / 63.0957, rel=1e-4), "and N_A/N_B for a mean"
