"""Excel files that are broken or hostile."""

import io
import struct
import zipfile

from tests.data.corpus.base import manifest, save


def raw_xlsx(sheet_xml, extra=None):
    """A workbook put together by hand, so that parts of it can be wrong."""
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types '
        'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<?xml version="1.0"?><workbook '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" '
        'sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml,
    } | (extra or {})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(cells, prolog=""):
    return f'<?xml version="1.0"?>{prolog}<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>'


def inline(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbooks():
    entities = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(5)) + "]>"
    )
    save(
        "xlsx_entity_bomb.xlsx",
        raw_xlsx(sheet("<row><c><v>&a4;</v></c></row>", entities)),
        "xml_entities",
        n_charts=0,
    )
    save(
        "xlsx_entity_utf16.xlsx",
        raw_xlsx(
            sheet("<row><c><v>1</v></c></row>", entities)
            .replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
            .encode("utf-16")
        ),
        "xml_entities",
        n_charts=0,
    )
    save(
        "xlsx_zip_bomb.xlsx",
        raw_xlsx(sheet(""), {"xl/media/image1.bin": b"\x00" * 12_000_000}),
        "zip_bomb",
        n_charts=0,
    )
    save(
        "xlsx_far_cell.xlsx",
        raw_xlsx(
            sheet(f'<row r="1">{inline("A1", "patient")}</row><row r="1048576">{inline("XFD1048576", "x")}</row>')
        ),
        "too_many_cells",
        n_charts=0,
    )
    save(
        "xlsx_many_parts.xlsx",
        raw_xlsx(sheet(""), {f"xl/p{n}.xml": "<a/>" for n in range(1100)}),
        "too_many_parts",
        n_charts=0,
    )
    save("xlsx_not_zip.xlsx", "patient,date\n", "not_a_workbook", n_charts=0)
    save("xlsx_other_zip.xlsx", _zip({"hello.txt": "hello"}), "not_a_workbook", n_charts=0)
    whole = raw_xlsx(sheet(f'<row r="1">{inline("A1", "patient")}</row>'))
    save("xlsx_cut_off.xlsx", whole[: len(whole) // 2], "workbook_damaged", n_charts=0)
    save(
        "xlsx_encrypted.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "old_or_encrypted",
        n_charts=0,
    )
    save("xlsx_broken_xml.xlsx", raw_xlsx("<worksheet><sheetData><row>"), ["nothing_read"], n_charts=0)
    manifest["xlsx_broken_xml.xlsx"]["expect"] = []
    save("xlsx_named_csv.csv", whole, "not_text", n_charts=0)
    head = "".join(
        inline(f"{letter}1", text)
        for letter, text in zip("ABCD", ("patient", "date", "Hb (g/dL)", "platelets (10^9/L)"), strict=True)
    )
    dated = f'<row r="1">{head}</row><row r="2">{inline("A2", "A-1")}<c r="B2"><v>45306</v></c><c r="C2"><v>7.1</v></c><c r="D2" t="b"><v>1</v></c></row>'
    save("xlsx_serial_and_boolean.xlsx", raw_xlsx(sheet(dated)), ["excel_serial", "boolean"], n_values=1)
    error = f'<row r="1">{head}</row><row r="2">{inline("A2", "A-1")}{inline("B2", "2024-01-15")}<c r="C2" t="e"><v>#DIV/0!</v></c><c r="D2"><v>12</v></c></row>'
    save("xlsx_error_cell.xlsx", raw_xlsx(sheet(error)), "excel_error", n_values=1)
    crc = bytearray(whole)
    position = whole.rfind(struct.pack("<I", 0x04034B50))
    crc[position + 45] ^= 0xFF
    save("xlsx_bad_checksum.xlsx", bytes(crc), "workbook_damaged", n_charts=0)


def _zip(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()
