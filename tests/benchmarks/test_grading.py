"""The grading benchmark: a small class is graded, stopped and graded again by the real command."""

import re
import time

import pytest

from benchmarks import grading


def test_a_class_is_graded_and_a_killed_run_goes_on(capsys):
    grading.main(["--submissions", "4", "--jobs", "1", "--workers", "2"])
    out = capsys.readouterr().out
    assert "4 submissions of 01-kmeans, 1 at a time" in out
    assert re.search(r"points: median 1\d.*of 20, from 0 to 16", out), out
    kept = re.search(r"killed after (\d), .* results kept: (\d) of \1; CSV the same: True", out)
    assert kept, out
    assert kept[1] == kept[2] in ("2", "3")
    assert re.search(r"2 workers: .* CSV the same: True\n2 workers, one killed after 2: ", out), out
    assert out.endswith("CSV the same: True\n")


def test_a_run_that_grades_everything_again_is_found(monkeypatch, capsys):
    def grade(name, folder, output, jobs, stop_after=None):
        results = output.with_name(f"{output.stem}-results")
        results.mkdir(exist_ok=True)
        for i in range(stop_after or 2):
            (results / f"{i}.json").write_text(str(time.perf_counter_ns()))
        if stop_after is None:
            output.write_text("total,possible,seconds\n1,2,3\n1,2,3\n")
        return 1.0

    monkeypatch.setattr(grading, "grade", grade)
    with pytest.raises(SystemExit, match="did not end as it should"):
        grading.main(["--submissions", "2"])
    assert "results kept: 0 of 1" in capsys.readouterr().out


def test_a_class_of_one_cannot_be_stopped_halfway(capsys):
    with pytest.raises(SystemExit):
        grading.main(["--submissions", "1"])
    assert "must be 2 or more" in capsys.readouterr().err
