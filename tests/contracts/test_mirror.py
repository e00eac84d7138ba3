"""The tests mirror the sources: each module has the test file of its name, or a named one."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).parents[2]

# Modules that are one subject with others, and the file below `tests` that tests them.
TESTED_BY = {
    "hpargparse/check/names.py": "hpargparse/check/test_checker.py",
    "hpargparse/claims/database.py": "hpargparse/sweep/test_exchange.py",
    "hpargparse/claims/keeper.py": "hpargparse/claims/test_claim_files.py",
    "hpargparse/claims/locks.py": "hpargparse/claims/test_presence.py",
    "hpargparse/claims/timed.py": "hpargparse/claims/test_claim_files.py",
    "hpargparse/commands/rename.py": "hpargparse/rename/test_rename.py",
    "hpargparse/description.py": "hpargparse/commands/test_explain.py",
    "hpargparse/docs.py": "hpargparse/commands/test_docs.py",
    "hpargparse/editor/server.py": "hpargparse/editor/test_protocol.py",
    "hpargparse/editor/snapshots.py": "hpargparse/editor/test_edits.py",
    "hpargparse/errors.py": "hpargparse/snapshots/test_load_save.py",
    "hpargparse/generated.py": "hpargparse/commands/test_docs.py",
    "hpargparse/kernel/cells.py": "hpargparse/kernel/test_magic.py",
    "hpargparse/kernel/panel.py": "hpargparse/kernel/test_panel_library.py",
    "hpargparse/parser/conflicts.py": "hpargparse/parser/test_bind.py",
    "hpargparse/parser/suggestions.py": "hpargparse/parser/test_parser_methods.py",
    "hpargparse/rename/plan.py": "hpargparse/rename/test_rename.py",
    "hpargparse/rename/renaming.py": "hpargparse/rename/test_rename.py",
    "hpargparse/rename/snapshots.py": "hpargparse/rename/test_rename.py",
    "hpargparse/rename/sources.py": "hpargparse/rename/test_rename.py",
    "hpargparse/run/notebook.py": "hpargparse/run/test_notebook_library.py",
    "hpargparse/runs/figures.py": "hpargparse/runs/test_figures_library.py",
    "hpargparse/runs/trackers.py": "hpargparse/runs/test_trackers_library.py",
    "hpargparse/schema.py": "hpargparse/commands/test_schema.py",
    "hpargparse/snapshots/atomic_io.py": "hpargparse/snapshots/test_files.py",
    "hpargparse/snapshots/flatten.py": "hpargparse/snapshots/test_files.py",
    "hpargparse/snapshots/formats.py": "hpargparse/snapshots/test_files.py",
    "hpargparse/snapshots/json_text.py": "hpargparse/snapshots/test_json.py",
    "hpargparse/snapshots/pickle_reader.py": "hpargparse/snapshots/test_pickles.py",
    "hpargparse/snapshots/unknown_names.py": "hpargparse/snapshots/test_load_save.py",
    "hpargparse/snapshots/validation.py": "hpargparse/snapshots/test_load_save.py",
    "hpargparse/snapshots/value_limits.py": "hpargparse/snapshots/test_yaml.py",
    "hpargparse/snapshots/yaml_reader.py": "hpargparse/snapshots/test_yaml.py",
    "hpargparse/snapshots/yaml_writer.py": "hpargparse/snapshots/test_yaml.py",
    "hpargparse/space/report.py": "hpargparse/commands/test_sweep.py",
    "hpargparse/stubs.py": "hpargparse/commands/test_stubs.py",
    "hpargparse/sweep/changes.py": "hpargparse/sweep/test_study.py",
    "hpargparse/sweep/importance.py": "hpargparse/sweep/test_pictures.py",
    "hpargparse/sweep/launch.py": "hpargparse/sweep/test_driver.py",
    "hpargparse/sweep/live.py": "hpargparse/sweep/test_progress.py",
    "hpargparse/sweep/matching.py": "hpargparse/sweep/test_duplicates.py",
    "hpargparse/sweep/options.py": "hpargparse/commands/test_sweep.py",
    "hpargparse/sweep/outcome.py": "hpargparse/sweep/test_engine.py",
    "hpargparse/sweep/pruning.py": "hpargparse/sweep/test_sampler_command.py",
    "hpargparse/sweep/results.py": "hpargparse/sweep/test_study.py",
    "hpargparse/sweep/studies.py": "hpargparse/sweep/test_engine.py",
    "hpargparse/sweep/template.py": "hpargparse/sweep/test_warm.py",
    "hpargparse/sweep/worker.py": "hpargparse/sweep/test_driver.py",
    "hpargparse/values/coercion.py": "hpargparse/values/test_convert.py",
    "hpargparse/values/keys.py": "hpargparse/values/test_convert.py",
    "hpargparse/values/messages.py": "hpargparse/values/test_convert.py",
    "hpargparse/values/renames.py": "hpargparse/values/test_convert.py",
    "hpargparse/values/scalars.py": "hpargparse/values/test_convert.py",
    "hpargparse/values/text.py": "hpargparse/values/test_convert.py",
    "hpman/primitives.py": "hpman/test_upgrade.py",
    "hpman/runtime/compiling.py": "test_torch.py",
    "hpman/runtime/html.py": "hpman/runtime/test_explanation.py",
    "hpman/runtime/precedence.py": "hpman/runtime/test_store.py",
    "hpman/source_helper.py": "hpman/test_upgrade.py",
}


def test_every_module_has_a_test_of_its_name_or_a_named_one() -> None:
    modules = {
        path.relative_to(CHECKOUT / "src").as_posix()
        for path in CHECKOUT.glob("src/**/*.py")
        if not path.stem.startswith("__")
    }
    without = {
        module
        for module in modules
        if not (CHECKOUT / "tests" / module).with_name(f"test_{Path(module).name}").exists()
    }
    assert without - TESTED_BY.keys() == set(), "name the file that tests these"
    assert TESTED_BY.keys() - without == set(), "these are gone, or have a test of their name"


def test_every_named_test_exists() -> None:
    tests = CHECKOUT / "tests"
    assert [path for path in TESTED_BY.values() if not (tests / path).exists()] == []
