"""Invented laws, as somebody might bring them in."""

import io
import zipfile

HEAD = {
    "标题": "星河县老兵接待办法",
    "发布机关": "星河县人民政府",
    "文号": "星政发〔2024〕7号",
    "公布日期": "2024-05-06",
    "施行日期": "2024-07-01",
    "适用地区": "星河县",
    "来源": "县政府公报",
}
ARTICLES = """第一章　总 则
第一条　为了把老兵接待好，制定本办法。
第二条　本办法所称接待，包括：
（一）听人说话；
（二）把话记下来。
记下来的话要念给本人听。
第二章　怎样接待
第一节　茶水
第三条　每位来的老兵，先倒一杯热茶。
第二节　登记
第四条　登记不得超过十五分钟。
第五条　本办法自2024年7月1日起施行。"""
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def law_text(articles=ARTICLES, **changes):
    head = {**HEAD, **changes}
    return "\n".join([*(f"{key}：{value}" for key, value in head.items() if value), "", articles])


def word_file(text, *, document=None, **parts):
    """A .docx with a paragraph for each line."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    body = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{paragraphs}</w:body></w:document>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", body if document is None else document)
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()
