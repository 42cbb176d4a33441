"""The command line from outside: what a verb prints, and the code it leaves with."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.cli.first_run import begin
from api.notice_file import BadNotice, read_notice
from api.settings import Settings
from bench.processes import free_port
from workflow.folder import SHIPPED
from workflow.store.database import Database
from workflow.store.offices.administrators import list_administrators
from workflow.store.people.accounts import account_of

Done = subprocess.CompletedProcess[str]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
NOTICE = SHIPPED / "sample" / "notice_2027.yaml"


def environment(data: Path, **more: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "DUBAN_DATA": str(data), "DUBAN_PORT": str(free_port()), **more}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of an installation that does not exist yet."""
    return tmp_path / "data"


def duban(data: Path, *words: str, **more: str) -> Done:
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Definitions


def test_the_shipped_definitions_are_right(data: Path) -> None:
    done = duban(data, "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "没有错误" in done.stdout


def test_every_mistake_is_told_with_its_place(data: Path, tmp_path: Path) -> None:
    text = (SHIPPED / "urging.yaml").read_text(encoding="utf-8")
    text = text.replace("to: issued", "to: isued").replace("turn: sender", "turm: sender")
    file = tmp_path / "urging.yaml"
    file.write_text(text, encoding="utf-8")
    for target in (file, tmp_path):
        done = duban(data, "check", str(target))
        assert done.returncode == 1
        places = re.findall(rf"^{re.escape(str(file))}:(\d+):(\d+): ", done.stdout, re.MULTILINE)
        assert len(places) >= 2
        assert "issued" in done.stdout, "the nearest right name"
        assert "turn" in done.stdout
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("nowhere", "没有“nowhere”这个文件或文件夹"), ("setup.cfg", "没有“setup.cfg”")],
)
def test_what_cannot_be_checked_is_said_in_a_sentence(
    data: Path, target: str, sentence: str
) -> None:
    done = duban(data, "check", target)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_schema_file_is_what_the_models_say(data: Path) -> None:
    assert duban(data, "schema", "--check").returncode == 0
    printed = duban(data, "schema").stdout
    assert printed == (SHIPPED / "schema.json").read_text(encoding="utf-8")


def test_a_workflow_is_drawn_by_name_and_by_file(data: Path, tmp_path: Path) -> None:
    name = sorted(SHIPPED.glob("*.yaml"))[0].stem
    file = tmp_path / "drawn.svg"
    assert duban(data, "draw", name, "-o", str(file)).returncode == 0
    assert file.read_text(encoding="utf-8").startswith("<svg")
    by_file = duban(data, "draw", str(SHIPPED / f"{name}.yaml"))
    assert len(by_file.stdout) == len(file.read_text(encoding="utf-8")), "the same picture"
    unknown = duban(data, "draw", "nothing")
    assert unknown.returncode == 1
    assert name in unknown.stderr, "it says which there are"


# The command line itself


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("nonsense",), 2, "没有“nonsense”这个命令"),
        (("draw",), 2, "缺少参数"),
        (("run", "--nonsense"), 2, "没有“--nonsense”这个选项"),
        (("doctor",), 1, "还没有数据库"),
        (("backup", "new.db"), 1, "还没有数据库"),
        (("serve",), 1, "还没有数据库"),
        (("worker", "--once"), 1, "还没有数据库"),
        (("notice", "2027", "nowhere.yaml"), 1, "没有“nowhere.yaml”这个文件"),
        (("demo", "--database", "mysql://x"), 1, "数据库"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_a_code(
    data: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    done = duban(data, *words)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.hostile
def test_a_bad_setting_is_refused_before_anything_is_made(data: Path) -> None:
    done = duban(data, "run", DUBAN_EMAIL="carrier-pigeon://x")
    assert done.returncode == 1
    assert "DUBAN_EMAIL" in done.stderr
    assert not data.exists()


def test_help_lists_every_verb(data: Path) -> None:
    done = duban(data, "--help")
    assert done.returncode == 0
    verbs = "check schema draw run serve worker migrate publish notice backup doctor demo"
    for verb in verbs.split():
        assert f" {verb} " in done.stdout


# An installation


def test_doctor_finds_a_fresh_database_healthy(furnished: Path) -> None:
    done = duban(furnished, "doctor")
    assert done.returncode == 0, done.stderr
    assert "一切相符" in done.stdout
    root = duban(furnished, "doctor", "--root")
    assert re.fullmatch(r"[0-9a-f]{64}\n", root.stdout)


def test_a_backup_is_one_state_taken_while_others_write(furnished: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(furnished, again, ignore=shutil.ignore_patterns("duban.db*"))
    here = Database(f"sqlite:///{furnished / 'duban.db'}")
    with here.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE person SET name = name")
        done = duban(furnished, "backup", str(again / "duban.db"))
    here.dispose()
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"已备份到 {again / 'duban.db'}\n"
    assert (again / "duban.db").stat().st_mode & 0o077 == 0, "nobody else's to read"
    assert sorted(one.name for one in again.iterdir() if "part" in one.name) == []
    assert duban(again, "doctor").returncode == 0
    roots = [duban(folder, "doctor", "--root").stdout for folder in (furnished, again)]
    assert roots[0] == roots[1]


def test_a_backup_overwrites_nothing(furnished: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"of yesterday")
    done = duban(furnished, "backup", str(tmp_path / "kept.db"))
    assert done.returncode == 1
    assert "已有文件" in done.stderr
    assert (tmp_path / "kept.db").read_bytes() == b"of yesterday"
    nowhere = duban(furnished, "backup", str(tmp_path / "nowhere" / "new.db"))
    assert nowhere.returncode == 1
    assert f"没有文件夹 {tmp_path / 'nowhere'}" in nowhere.stderr


def test_postgres_is_backed_up_by_its_own_program(data: Path, tmp_path: Path) -> None:
    url = "postgresql://somebody@127.0.0.1:1/duban"
    done = duban(data, "backup", str(tmp_path / "new.db"), DATABASE_URL=url)
    assert done.returncode == 1
    assert "pg_dump" in done.stderr


def test_a_worker_goes_once_through_what_is_due(furnished: Path) -> None:
    done = duban(furnished, "worker", "--once")
    assert done.returncode == 0, done.stderr
    assert "办理定时 0 个" in done.stdout


def test_whoever_came_by_a_list_gets_a_one_time_password(data: Path, tmp_path: Path) -> None:
    settings = Settings(data=data, database_url=f"sqlite:///{data / 'duban.db'}")
    begin(settings, "wei.anquan", "魏安").close()
    lists = {
        "units": "编码,名称,简称,层级,性质,职能\n1,某县,某县,县级,党委政府,government\n",
        "people": "登录名,姓名,单位编码,岗位\nzhang,张三,1,head\nli,李四,1,liaison\n",
    }
    for which, text in lists.items():
        (tmp_path / which).write_text(text, encoding="utf-8")
        assert duban(data, "org", which, str(tmp_path / which), "--apply").returncode == 0
    file = tmp_path / "passwords.csv"
    first = duban(data, "org", "passwords", str(file))
    assert first.returncode == 0, first.stderr
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads it"
    head, *rows = file.read_text(encoding="utf-8-sig").splitlines()
    assert head == "登录名,姓名,一次性口令"
    password = r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}"
    assert [re.sub(password, "…", row) for row in rows] == ["zhang,张三,…", "li,李四,…"]
    assert not re.search(password, first.stdout + first.stderr)
    assert "都有口令了" in duban(data, "org", "passwords", str(file)).stdout


def test_a_person_is_erased_once_they_have_left(furnished: Path) -> None:
    for words in ((), ("--apply",)):
        refused = duban(furnished, "erase-person", "xingyi.liaison", *words)
        assert refused.returncode == 1
        assert "还在岗位上" in refused.stderr
    assert duban(furnished, "org", "leave", "xingyi.liaison").returncode == 0
    told = duban(furnished, "erase-person", "xingyi.liaison")
    assert "今后各处显示为“已注销人员 #" in told.stdout
    done = duban(furnished, "erase-person", "xingyi.liaison", "--apply")
    assert done.stdout.startswith("已注销"), done.stderr
    again = duban(furnished, "erase-person", "xingyi.liaison", "--apply")
    assert "没有登录名为“xingyi.liaison”的人" in again.stderr


def test_units_merge_after_a_look(furnished: Path) -> None:
    words = ("org", "merge", "522301100", "522301001")
    looked = duban(furnished, *words, "--preview")
    assert "并入“黄草街道”：涉及事项 " in looked.stdout, looked.stderr
    assert "到此为止、请另行任命\t陆国松：敬南镇“党政主要负责同志”" in looked.stdout
    done = duban(furnished, *words)
    assert "事项由后台逐批跟进" in done.stdout, done.stderr
    again = duban(furnished, *words)
    assert again.returncode == 1
    assert "不能办理：“敬南镇”已经撤销" in again.stdout


def test_a_notice_is_entered_once(furnished: Path) -> None:
    first = duban(furnished, "notice", "2027", str(NOTICE))
    assert (first.returncode, first.stderr) == (0, "")
    assert "已录入 2027 年放假通知" in first.stdout
    again = duban(furnished, "notice", "2027", str(NOTICE))
    assert "内容相同" in again.stdout


@pytest.mark.hostile
def test_every_mistake_of_a_notice_is_told(furnished: Path, tmp_path: Path) -> None:
    file = tmp_path / "notice.yaml"
    file.write_text(
        "year: 2027\nholidays:\n"
        "  - {name: 元旦, from: 2027-02-30, to: 2027-01-03}\n"
        "  - {name: 春节, from: 2027-02-09, to: 2027-02-05}\n"
        "  - {name: 清明节, from: 2027-04-03, to: 2027-04-05, work: [2027-04-05, 2026-04-04]}\n",
        encoding="utf-8",
    )
    done = duban(furnished, "notice", "2027", str(file))
    assert done.returncode == 1
    for said in ("2027-02-30", "前后颠倒", "既放假又上班", "不在 2027 年"):
        assert said in done.stderr


def test_what_is_too_large_for_a_notice_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_bytes(b"date,kind,name\n" * 20_000)
    with pytest.raises(BadNotice, match="太大"):
        read_notice(file, 2027)


@pytest.mark.hostile
def test_what_can_be_no_notice_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """A device that never ends, and a table whose cell is longer than any."""
    with pytest.raises(BadNotice, match="太大"):
        read_notice(Path("/dev/zero"), 2027)
    file = tmp_path / "notice.csv"
    file.write_text(f"date,kind,name\n2027-01-01,放假,{'y' * 140_000}\n", "utf-8")
    with pytest.raises(BadNotice, match="第 2 行读不了"):
        read_notice(file, 2027)


def test_a_notice_may_be_a_csv_file(furnished: Path, tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_text("date,kind,name\n2027-01-01,放假,元旦\n2027-01-30,上班,春节\n", "utf-8")
    done = duban(furnished, "notice", "2027", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "放假 1 天，调休上班 1 天" in done.stdout


def test_run_serves_a_newcomer_and_shows_passwords_once(data: Path) -> None:
    shown = 15 + 3  # the cast, and the administrators
    first = served(data)
    passwords = re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", first)
    assert len(set(passwords)) == shown
    second = served(data)
    assert not any(password in second for password in passwords)
    assert "duban run --reset" in second
    third = re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", served(data, "--reset"))
    assert len(set(third)) == shown
    assert not set(third) & set(passwords)
    assert duban(data, "doctor").returncode == 0


def served(data: Path, *options: str) -> str:
    """What `run` printed until it served; it answers, and ctrl-C ends it in good order."""
    process = subprocess.Popen(
        [*COMMAND, "run", *options],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    printed, address = "", None
    while address is None and (line := process.stdout.readline()):
        printed += line
        address = re.search(r"http://\S+", line)
    assert address is not None, process.communicate()[1]
    with urllib.request.urlopen(f"{address[0]}/healthz", timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return printed


def test_a_taken_port_is_said_in_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = duban(data, "run", DUBAN_PORT=port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "DUBAN_PORT" in done.stderr


# The first administrator


def test_init_makes_one_administrator_with_a_one_time_password_and_never_a_second(
    data: Path,
) -> None:
    done = duban(data, "init", "wei.anquan")
    assert done.returncode == 0, done.stderr
    (password,) = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", done.stdout)
    assert password not in done.stderr
    for step in (
        "duban serve",
        "duban worker",
        "任命系统管理员",
        "导入单位",
        "duban org passwords",
    ):
        assert step in done.stdout
    again = duban(data, "init", "second.one")
    assert again.returncode == 1
    assert "已经有过管理员" in again.stderr
    database = Database(f"sqlite:///{data / 'duban.db'}")
    with database.reading() as connection:
        account = account_of(connection, "wei.anquan")
        assert account_of(connection, "second.one") is None
        assert [one["role"] for one in list_administrators(connection)] == ["security"]
    database.dispose()
    assert account is not None
    assert account.one_time_until is not None


def test_a_database_file_that_cannot_be_written_is_named_with_what_to_do(data: Path) -> None:
    (data / "duban.db").mkdir(parents=True)  # what no rights keep out, a folder does
    done = duban(data, "serve")
    assert done.returncode == 1
    assert f"数据库文件 {data / 'duban.db'} 打不开或不能写入" in done.stderr
    assert "属主、权限" in done.stderr


@pytest.mark.parametrize("group", [(), ("org",), ("outbox",), ("audit",)])
def test_short_help_is_whole_sentences_even_on_a_narrow_terminal(
    data: Path, group: tuple[str, ...]
) -> None:
    told = duban(data, *group, "--help", COLUMNS="80").stdout
    assert "Commands" in told
    assert "…" not in told
