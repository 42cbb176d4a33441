"""What doctor found, in Chinese."""

from collections import Counter

from api.presenting.message_story import WAYS
from workflow.doctor import Report

_CHECKS = {
    "cases": "事项",
    "numbers": "编号",
    "answers": "办理请求",
    "definitions": "定义",
    "names": "人名单位",
    "timers": "定时",
    "messages": "消息",
    "sign-offs": "签字",
    "audit": "日志",
    "integrity": "数据库",
    "files": "附件",
    "documents": "公文",
    "units": "单位",
    "texts": "公文模板和指标",
}
_WORDS = {
    **WAYS,
    "cases": "事项",
    "definition versions": "定义版本",
    "history rows": "历史记录",
    "sign-offs in force": "有效签字",
    "audit rows": "日志记录",
    "timers": "定时",
    "files": "附件",
    "documents": "公文",
    "published texts": "公文模板和指标版本",
    "cases yet to follow a re-organisation": "尚未随机构调整的事项",
    "messages": "消息",
    "waiting": "等候",
    "fired": "已触发",
    "cancelled": "已取消",
    "collapsed": "已合并",
    "failed": "失败",
    "leased": "正在发送",
    "sent": "已发出",
    "folded": "并入摘要",
    "dead": "未能送达",
}


def report_lines(report: Report, *, with_root: bool = True) -> list[str]:
    """A report in Chinese: figures, complaints, verdict; the root depends on row ids."""
    lines = [f"  {_figure(name)}：{count}" for name, count in _sorted(report.figures)]
    lines += [
        f"  ✗ {_CHECKS.get(one.check, one.check)}：{one.case}：{one.sentence}"
        for one in report.complaints
    ]
    verdict = "结论：一切相符" if report.clean else "结论：有不符之处，见上"
    root = [f"  全库校验值：{report.root}"] if with_root else []
    return ["体检", *lines, *root, verdict]


def _sorted(figures: Counter[str]) -> list[tuple[str, int]]:
    return sorted(figures.items(), key=lambda pair: (pair[0].split()[0], pair[0]))


def _figure(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]
    return " ".join(_WORDS.get(word, word) for word in name.split())
