"""Typer command that shows a deal in the browser while it is written: pages, findings, gate, new at every save."""

from typing import Annotated

import typer

from bidkit.command import (
    AsOf,
    Deal,
    Format,
    FormatOption,
    LangOption,
    fail,
    find_language,
    make_options,
    refuse,
    require,
    root_of,
    tell,
)


def preview(
    deal: Deal,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，默认任意 / default: any")] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="打开浏览器 / open a browser")] = False,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    as_of: AsOf = None,
) -> None:
    """边写边看：每次保存后重新生成，在本机网页里显示版面、问题和关口。Pages, findings and gate, new at every save.

    只在本机，凭网址里的随机口令打开；不写任何文件；按 Ctrl-C 结束。On this machine only; Ctrl-C ends it.

    \b
    bidkit preview deals/water/deal.yaml
    bidkit preview deals/water/deal.yaml --port 8000 --open

    退出码 Exit codes: 0 已结束 ended, 2 无法运行 could not run.
    """
    from bidkit.diagnostic import load_messages
    from bidkit.preview import Desk, follow
    from bidkit.preview.server import Server

    language = find_language(lang, deal)
    require(deal, language)
    root = root_of(deal)
    if root is None:
        fail("DL19", {"file": deal}, language)
    desk = Desk()
    try:
        server = Server(desk, language, port)
    except OSError as error:
        from bidkit.diagnostic import Diagnostic

        refuse([Diagnostic("EN60", None, {"port": port, "reason": error.strerror or str(error)})], language, code=2)
    words = load_messages(language)["labels"]["preview"]
    try:
        tell(words["at"].format(url=server.url), {"url": server.url}, "preview", language, format)
        if open_browser:
            typer.launch(server.url)
        for shot in follow(deal, make_options(as_of, language), root, desk):
            count = len(shot.result.diagnostics)
            typer.echo(words["built"].format(count=count, seconds=f"{shot.seconds:.1f}"), err=True)
    except KeyboardInterrupt:
        typer.echo(err=True)
    finally:
        server.close()
