"""Small workflows that several files of tests play; the rest of them is `definitions.BASE`."""

SIGNED = """
ledgers:
  problem: { title: 问题台账, kept_by: keeper, facts: what }
  work: { title: 整改台账, kept_by: worker, facts: note }
sign_offs:
  first: { title: 一次销号, stamps: work }
  second: { title: 二次销号, stamps: problem, apart_from: first }
opening: { state: start, needs: what }
states:
  start:
    title: 开始
    turn: worker
    events: { apply: { title: 申请, by: worker.clerk, needs: note, to: one } }
  one:
    title: 一次
    turn: checker
    events: { sign_first: { title: 一次签, by: checker.head, signs: first, to: two } }
  two:
    title: 二次
    turn: keeper
    events:
      sign_second: { title: 二次签, by: SECOND, signs: second, to: closed }
      return: { title: 退回, by: keeper.head, voids: first, to: start }
  closed:
    title: 已销号
    turn: keeper
    needs_signed: [first, second]
    events:
      rebound: { title: 反弹, by: keeper.clerk, next_cycle: true, clears: work, to: start }
      archive: { title: 归档, by: keeper.clerk, to: end }
  end: { title: 结束, final: true, needs_signed: [first, second] }
"""
"""Two signatures close a case; who gives the second one is to be put in for SECOND."""

SIGNING = SIGNED.replace("SECOND", "keeper.head")
"""The same with the two signatures of two units."""

MOVING = """
children:
  extension: { workflow: extension, facts: { why: note }, at_most: 2 }
  item: { workflow: item, for_each: rows, facts: { name: row.name, day: today }, alone: false }
facts: { rows: { title: 明细, type: table, columns: { name: { title: 名称 } } } }
counts: { returns: 退回次数 }
proposals: { again: { when: returns >= 2, open: extension, because: 反复 } }
states:
  start:
    title: 办理
    turn: worker
    limit: 5 working days
    events:
      give: { title: 改派, by: keeper.head, reassigns: worker, to: start }
      raise: { title: 提级, by: keeper.head, raises: keeper }
      extend: { title: 申请延期, by: worker.clerk, needs: note, opens: extension }
      split: { title: 分解, by: worker.clerk, needs: rows, opens: item, to: end }
      return: { title: 退回, by: keeper.head, adds: returns, to: start }
      finish: { title: 完成, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""
"""A case that goes to other units and opens other cases."""
