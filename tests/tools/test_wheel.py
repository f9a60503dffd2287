import subprocess
import sys
import zipfile
from pathlib import Path

from tools.folders import CHECKOUT

BUILD = "import sys; from flit_core import buildapi; print(buildapi.build_wheel(sys.argv[1]))"
WITH_THE_PACKAGE = {".css", ".html", ".js", ".sql", ".svg", ".ts"}


def test_the_wheel_holds_the_gallery_and_the_scripts_of_sql(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-c", BUILD, tmp_path], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(tmp_path / built.stdout.split()[-1]) as wheel:
        held = set(wheel.namelist())
    source = CHECKOUT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in source.joinpath("pixyproxy").rglob("*")
        if path.suffix in WITH_THE_PACKAGE
    }
    assert "pixyproxy/web/static/index.html" in wanted
    assert wanted <= held
