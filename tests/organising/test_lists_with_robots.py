"""Chat robots by a list of people: taken as pasted, shown masked, without the former's secret."""

import pytest
from sqlalchemy import select

from api.spreadsheets.org_lists import people_lines
from tests.organising.test_taking_in_lists import Asking, asked, organising, table
from tests.prefecture import NOW
from tests.simulators.chat_robots import KEY
from workflow.organising import Organising
from workflow.store.database import Database
from workflow.store.people import robots
from workflow.store.people.sealing import Sealer
from workflow.store.tables.handles import PERSON

__all__ = ["asked", "organising"]  # fixtures

HEADER = "登录名,姓名,手机,邮箱,群机器人,单位编码,岗位,职务"
PASTED = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def test_a_robot_by_a_list_replaces_one_and_its_secret(
    organising: Organising, asked: Asking, database: Database
) -> None:
    organising.import_people(
        asked(), people_lines(table(HEADER, f"x,张三,,,{PASTED},522301,head,市长"))
    )
    with database.unit_of_work() as connection:
        person = connection.execute(
            select(PERSON.c.id).where(PERSON.c.username == "x")
        ).scalar_one()
        robots.keep(connection, Sealer(b"k" * 32), person, "feishu:another-key", "secret", NOW)
    given = people_lines(table(HEADER, f"x,张三,,,{PASTED},522301,head,市长"))
    (line,) = organising.preview_people(given, NOW).lines
    assert line.sentence == f"群机器人“飞书机器人 ****-key”改为“企业微信机器人 ****{KEY[-4:]}”"
    organising.import_people(asked(), given)
    with database.reading() as connection:
        row = connection.execute(
            select(PERSON.c.chat, PERSON.c.chat_secret).where(PERSON.c.id == person)
        ).one()
    assert tuple(row) == (f"wecom:{KEY}", None)


@pytest.mark.hostile
def test_what_is_no_robot_is_refused_without_being_shown(organising: Organising) -> None:
    given = people_lines(table(HEADER, f"x,张三,,,https://evil/{KEY},522301,head,市长"))
    (line,) = organising.preview_people(given, NOW).lines
    assert line.sentence == "群机器人的地址写法不对"
