"""Findings about clones, and treatments, transfusions and events."""

from tests.data.corpus.base import HEADER, ROWS, save, table

CLONE_HEAD = [
    "patient",
    "date",
    "clone",
    "gene",
    "assay",
    "specimen",
    "status",
    "alt",
    "depth",
    "VAF (%)",
    "cell fraction (%)",
    "HLA allele",
    "allele aware",
]


def clone(name, expect, sheet=None, **fields):
    row = {"patient": "A-1", "date": "2024-01-15", "specimen": "granulocytes"} | fields
    head = sheet or CLONE_HEAD
    save(f"clone_{name}.csv", table(head, [[row.get(column, "") for column in head]]), expect, n_values=0)


def clones():
    clone("alt_above_depth", "clone_impossible", gene="TET2", alt="90", depth="30")
    clone("alt_without_depth", "clone_impossible", gene="TET2", alt="90")
    clone("alt_half_read", "clone_impossible", gene="TET2", alt="9.5", depth="30")
    clone("vaf_over_100", "clone_impossible", gene="TET2", **{"VAF (%)": "140"})
    clone("flow_over_100", "clone_impossible", clone="PNH", assay="flow", **{"cell fraction (%)": "240"})
    clone("negative_with_number", "clone_impossible", gene="TET2", status="negative", **{"VAF (%)": "12"})
    clone("not_tested_with_number", "clone_impossible", gene="TET2", status="not tested", **{"VAF (%)": "12"})
    clone("no_name", "clone_impossible", status="positive")
    clone("vaf_text", "not_a_number", gene="TET2", **{"VAF (%)": "high"})
    clone("vaf_range", "range", gene="TET2", **{"VAF (%)": "10-20"})
    clone("specimen_unknown", "word_unknown", gene="TET2", specimen="spit of luck", **{"VAF (%)": "12"})
    clone("assay_unknown", "word_unknown", gene="TET2", assay="tarot", **{"VAF (%)": "12"})
    clone("gene_unknown", "gene_unknown", gene="QQQ1", **{"VAF (%)": "12"})
    clone("hla_not_aware", "hla_alignment", gene="HLA-A", **{"VAF (%)": "12"})
    clone(
        "pnh_red_cells_only",
        "pnh_red_cells_only",
        clone="PNH",
        assay="flow",
        specimen="red cells",
        **{"cell fraction (%)": "5"},
    )
    clone(
        "pnh_cells_unknown",
        "pnh_cells_unknown",
        clone="PNH",
        assay="flow",
        specimen="",
        **{"cell fraction (%)": "5"},
    )
    clone(
        "vaf_unit_open",
        "unit_missing",
        ["patient", "date", "gene", "VAF", "specimen"],
        gene="TET2",
        VAF="0.12",
    )
    wide = [*HEADER, "PNH granulocytes (%)", "PNH RBC (%)"]
    save(
        "clone_pnh_swapped.csv",
        table(wide, [[*row, "5", "60"] for row in ROWS]),
        "pnh_red_above_granulocytes",
        values={},
    )
    save(
        "clone_pnh_lowered.csv",
        table(wide, [[*row, "60", "5"] for row in ROWS]),
        "pnh_granulocytes_used",
        values={},
    )
    save("clone_pnh_text.csv", table(wide, [[*row, "many", ""] for row in ROWS]), "not_a_number", values={})
    save(
        "clone_blood_in_neutropenia.csv",
        table([*HEADER, "DNMT3A R882H VAF (%)"], [[*row, "4"] for row in ROWS]),
        "blood_in_neutropenia",
        values={},
    )
    save(
        "clone_pnh_column_vague.csv",
        table([*HEADER, "PNH (%)"], [[*row, "4"] for row in ROWS]),
        "pnh_cells_unknown",
        values={},
    )
    homozygous = ["patient", "date", "clone", "HLA allele", "cell fraction (%)", "assay", "specimen", "HLA-A"]
    save(
        "clone_hla_homozygous.csv",
        table(
            homozygous,
            [
                [
                    "A-1",
                    "2024-01-15",
                    "HLA-lacking",
                    "A*02:01",
                    "<1",
                    "flow",
                    "granulocytes",
                    "A*02:01, A*02:01",
                ]
            ],
        ),
        "hla_homozygous",
        n_values=0,
    )
    save(
        "clone_hla_not_carried.csv",
        table(
            homozygous,
            [
                [
                    "A-1",
                    "2024-01-15",
                    "HLA-lacking",
                    "A*03:01",
                    "5",
                    "flow",
                    "granulocytes",
                    "A*02:01, A*24:02",
                ]
            ],
        ),
        "hla_not_carried",
        n_values=0,
    )


def care():
    head = ["patient", "treatment", "start", "end", "dose", "dose unit"]
    save(
        "treatment_ends_first.csv",
        table(head, [["A-1", "CsA", "2024-03-01", "2024-02-01", "300", "mg/d"]]),
        ["treatment_impossible"],
        n_values=0,
    )
    save(
        "treatment_unnamed.csv",
        table(head, [["A-1", "", "2024-03-01", "", "300", "mg/d"]]),
        "treatment_unnamed",
        n_values=0,
    )
    save(
        "treatment_dose_text.csv",
        table(head, [["A-1", "CsA", "2024-03-01", "", "some", "mg/d"]]),
        "not_a_number",
        n_values=0,
    )
    save(
        "treatment_no_start.csv",
        table(head, [["A-1", "CsA", "", "", "300", "mg/d"], ["A-1", "CsA", "2024-03-01", "", "300", "mg/d"]]),
        "date_missing",
        n_values=0,
    )
    save(
        "transfusion_product.csv",
        table(["patient", "date", "product", "units given"], [["A-1", "2024-01-15", "holy water", "2"]]),
        "product_unknown",
        n_values=0,
    )
    save(
        "transfusion_many.csv",
        table(["patient", "date", "product", "units given"], [["A-1", "2024-01-15", "rbc", "2000"]]),
        "transfusion_impossible",
        n_values=0,
    )
    save(
        "transfusion_near.csv",
        table([*HEADER, "platelet units"], [[*row, "1" if index == 2 else ""] for index, row in enumerate(ROWS)]),
        "near_transfusion",
        values={},
    )
    save(
        "dose_text.csv",
        table([*HEADER, "CsA (mg/d)"], [[*row, "lots"] for row in ROWS]),
        "not_a_number",
        values={},
    )
