"""Makes the fonts in this folder from those of the Debian package fonts-open-sans: python3 subset.py FOLDER OUT"""
import subprocess
import sys

from fontTools.ttLib import TTFont
folder, out = sys.argv[1:]
RANGES = ("U+0020-007E,U+00A0-017F,U+0370-03FF,U+0400-045F,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,"
          "U+2032,U+2033,U+2070-209C,U+20AC,U+2190-2193,U+2202,U+2206,U+220F,U+2211,U+2212,U+221A,U+221E,U+222B,"
          "U+2248,U+2260,U+2264,U+2265")
for weight, source in (("Regular", "Regular"), ("Bold", "Semibold")):
    target = f"{out}/OpenSans-{weight}-subset.ttf"
    subprocess.run(["pyftsubset", f"{folder}/OpenSans-{source}.ttf", f"--unicodes={RANGES}", "--layout-features=kern",
                    "--no-hinting", "--name-IDs=0,1,2,4,5,6,13,14", f"--output-file={target}"], check=True)
    font = TTFont(target)
    if weight == "Bold":
        # Semibold serves as bold.
        font["OS/2"].usWeightClass = 700
        for record in font["name"].names:
            if record.nameID == 1: record.string = "Open Sans"
            if record.nameID == 2: record.string = "Bold"
    for record in font["name"].names:
        if record.nameID in (1,):
            record.string = "Open Sans"
    font.save(target)
