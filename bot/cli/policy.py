"""frontdoor policy check | ask | eval | export | import: the library, seen by whoever keeps it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from pathlib import Path

import click

from bot.cli.citations import told_against
from bot.cli.policy_exchange import export_file, import_file
from bot.evaluation import evaluate
from bot.teaching import teach
from handlers.kit.phrase import worded
from handlers.kit.turn import Reading, searched
from handlers.policy.answer import answer_lines, faults_in_use
from knowledge_base.article import BadArticle, read
from knowledge_base.library import FOLDER, Library
from models.conversation import SHANGHAI

EXPLAINED = 2  # the first, and what came second


@click.group()
def policy() -> None:
    """政策库。"""


for command in (export_file, import_file):
    policy.add_command(command)


@policy.command()
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="再拿依据和这个文件夹里的法规原文（.md）对照。",
)
def check(against: Path | None) -> None:
    """逐条检查政策文件，说清哪里要改。"""
    wrong = 0
    files = sorted((FOLDER / "policies").glob("*.md"))
    for path in files:
        found = _faults_of(path)
        wrong += bool(found)
        for fault in found:
            click.echo(f"{path.name}：{fault}")
    click.echo(f"{len(files)} 条，{wrong} 条要改。" if wrong else f"{len(files)} 条，都可以用。")
    if against is not None and not wrong:
        wrong = told_against(against, map(read, files), today=_today())
    sys.exit(1 if wrong else 0)


def _faults_of(path: Path) -> list[str]:
    try:
        article = read(path)
    except BadArticle as bad:
        return [str(bad)]
    found = faults_in_use(article, today=_today())
    if path.stem != article.id:
        found.append(f"文件名和编号 {article.id} 不一样")
    return found


@policy.command()
@click.argument("question")
@click.option("--why", is_flag=True, help="也说为什么像：最近的问法，哪些字词起作用。")
def ask(question: str, *, why: bool) -> None:
    """看一个问题会得到什么答复，还有哪几条差不多。"""
    library = _library()
    reading = Reading.of(question, library)
    if reading.crisis:
        click.echo(f"危机话语：{reading.crisis}，先给急救电话，再叫人。")
    found = reading.found
    if found.sure and (article := library.get(found.sure.id)):
        click.echo(worded(answer_lines(article, today=_today()), {}))
    elif fork := library.fork(found):
        click.echo(f"会先问一句：{fork.ask} {' / '.join(answer for answer, _ in fork.options)}")
    elif found.possible:
        click.echo("会列出这几条让他选：")
    else:
        click.echo("没有查到，会请他找人。")
    if found.road:
        click.echo(f"更像：{ {'PERSON': '要找人', 'PETITION': '要反映问题', 'OUT': '和政策无关'}[found.road] }")
    for place, hit in enumerate(found.hits):
        article = library.get(hit.id)
        click.echo(f"{hit.score:.3f}  {hit.id}  {article.title if article else ''}")
        if why and place < EXPLAINED:
            match = library.explain(searched(reading.plain), hit.id)
            click.echo(f"       最近的问法：{match.way}")
            click.echo(
                f"       起作用的：{'，'.join(f'{word} {part / hit.score:+.0%}' for word, part in match.words[:6])}"
            )


@policy.command(name="eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
def evaluate_file(file: Path, *, as_json: bool) -> None:
    """用一个问题集（question,topic_id）打分。用的就是答消息的那段程序。"""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["question"], row["topic_id"]) for row in csv.DictReader(lines)]
    figures = evaluate(rows, _library())
    if as_json:
        click.echo(json.dumps(figures.summary(), ensure_ascii=False))
        return
    for line in figures.table():
        click.echo(line)


@policy.command()
def learn() -> None:
    """改了 ways/ 里的说法以后，重学两样判断：话里有没有危险，要走哪条路。大约一分钟。"""
    for line in teach():
        click.echo(line)


def _library() -> Library:
    return Library.from_files(today=_today())


def _today() -> dt.date:
    return dt.datetime.now(SHANGHAI).date()
