"""Charts as YAML and JSON, and lists of variants."""

import json

from tests.data.corpus.base import save, table

GOOD = {
    "format": "hscape-chart",
    "version": 1,
    "patient_id": "A-1",
    "measurements": [{"day": 0, "analyte": "platelets_1e9_per_l", "value": 12, "unit": "10*9/L"}],
}


def documents():
    def doc(name, expect="chart_impossible", n_charts=0, **changes):
        save(f"chart_{name}.json", json.dumps(GOOD | changes), expect, n_charts=n_charts)

    def kept(name, **changes):
        """The impossible entry is left out, the chart is read."""
        doc(name, "entry_impossible", 1, **changes)

    def entry(name, **changes):
        kept(name, measurements=[GOOD["measurements"][0] | changes])

    entry("unknown_analyte", analyte="platelets")
    entry("wrong_unit", unit="/uL")
    entry("impossible_value", value=150000)
    entry("text_value", value="many")
    entry("unknown_key", vlaue=3)
    entry("bad_censoring", censored="maybe")
    entry("list_value", value=[1])
    doc("version_9", version=9)
    doc("other_format", format="something")
    doc("no_patient", patient_id="")
    doc("sex", sex="x")
    doc("age", age_years=400)
    doc("measurements_text", measurements="none")
    doc("misspelled_part", mesurements=[])
    kept("treatment_backward", treatments=[{"name": "atg", "start_day": 5, "end_day": 1}])
    kept("event_kind", events=[{"day": 1, "kind": "wedding"}])
    kept(
        "clone_status",
        clone_measurements=[
            {
                "day": 0,
                "clone": "x",
                "kind": "gene",
                "assay": "sequencing",
                "specimen": "blood",
                "status": "perhaps",
            }
        ],
    )
    save("chart_number.json", "42", "chart_impossible", n_charts=0)
    save("chart_broken.json", '{"patient_id": ', "json_broken", n_charts=0)
    save("chart_deep.json", "[" * 500 + "]" * 500, "too_deep", n_charts=0)
    save("chart_broken.yaml", "patient_id: A-1\n  measurements: [\n", "yaml_broken", n_charts=0)
    save(
        "chart_alias_bomb.yaml",
        "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
        "yaml_alias",
        n_charts=0,
    )
    save("chart_python_tag.yaml", "!!python/object/apply:os.system ['echo no']\n", "yaml_broken", n_charts=0)
    save("chart_latin.yaml", "patient_id: \xe9".encode("latin-1"), "not_text", n_charts=0)


def variants():
    head = [
        "Hugo_Symbol",
        "Chromosome",
        "Start_Position",
        "Variant_Classification",
        "Tumor_Sample_Barcode",
        "t_alt_count",
        "t_depth",
    ]
    good = ["TET2", "4", "105234567", "Missense_Mutation", "S-1", "12", "100"]

    def maf(name, expect, header=head, **changes):
        row = [changes.get(column, text) for column, text in zip(head, good, strict=True)]
        save(f"maf_{name}.maf.txt", table(header, [row], "\t"), expect, n_values=0, n_charts=None)

    maf("alt_above_depth", "clone_impossible", t_alt_count="400")
    maf("alt_text", "not_a_number", t_alt_count="many")
    maf("wrong_chromosome", "chromosome_mismatch", Chromosome="chr9")
    maf("no_counts", "maf_no_vaf", t_alt_count="", t_depth="")
    maf("missing_column", "maf_columns", ["Hugo_Symbol", "chrom", *head[2:]])
    maf("hla", "hla_alignment", Hugo_Symbol="HLA-B", Chromosome="6")
    save("maf_ragged.maf.txt", "\t".join(head) + "\nTET2\t4\t1\n", "row_too_long", n_values=0, n_charts=None)
