"""A process owner draws: steps appended, roles and forms chosen from lists, problems mended, nothing ever lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from engine import SYSTEM, Bilingual
from tests.browser.house import COMPLAINT, PASSWORD, House
from tests.browser.sketches import everything, long

SMALL = "complaint-duty-answer"
DRAWING = f"processes/complaint/{SMALL}.bpmn"
Screen = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def owners(house: House) -> None:
    """Two people who may change processes."""
    for login, zh, en in (("zheng.yawen", "郑雅文", "Zheng Yawen"), ("zhou.qi", "周琪", "Zhou Qi")):
        house.engine.identity.create_person(login, Bilingual(zh, en), SYSTEM, unit="company", password=PASSWORD,
                                            roles=[("process_owner", "company")])


@pytest.fixture
def draft(house: House) -> str:
    """A draft of a small process of one's own."""
    by = house.actor("zheng.yawen")
    made = house.engine.studio.open(SMALL, by).id
    yield made
    house.engine.studio.discard(made, house.actor("zheng.yawen"))


def opened(page: Any, draft: str, path: str = "") -> Any:
    """The page of a draft's drawing, drawn and checked."""
    page.set_default_timeout(20_000)
    page.goto(f"/studio/drafts/{draft}{path}")
    page.wait_for_selector("[data-modeler][data-ready]")
    page.wait_for_selector("[data-modeler][data-checked]")
    return page


def saved(page: Any) -> None:
    page.wait_for_selector("[data-modeler][data-kept=yes]")


def select(page: Any, element: str) -> None:
    """Select an element of the drawing."""
    page.evaluate("""id => { const of = (name) => window.bihuanModeler.get(name);
        of('selection').select(of('elementRegistry').get(id)); }""", element)
    page.wait_for_selector("#bio-properties-panel-id")


def drawn(house: House, draft: str) -> str:
    """The drawing as the draft has it."""
    return house.engine.studio.read(draft, DRAWING, house.actor("zheng.yawen")).content.decode()


def after_check(page: Any, act: Callable[[], Any]) -> None:
    """Do something, and wait until the server has looked at the drawing again."""
    with page.expect_response(re.compile(r"/check$")):
        act()
    page.wait_for_function("() => !document.querySelector('[data-modeler]').hasAttribute('aria-busy')")


def test_opening_a_drawing_saves_nothing(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(200)
    assert page.get_attribute("[data-modeler]", "data-kept") == "yes"
    assert house.engine.studio.draft(draft, house.actor("zheng.yawen")).card.files == 0


def test_a_step_is_appended_with_role_and_form_from_lists_and_found_again(
        house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.locator("[data-element-id=answer]").first.click()
    page.locator(".djs-context-pad [data-action=append]").click()
    page.locator(".djs-popup").get_by_text("人工任务").first.click()
    page.keyboard.type("复核答复")
    page.keyboard.press("Enter")
    page.get_by_label("名称（英文）").fill("Check the answer")
    page.get_by_label("候选岗位").select_option("cs_supervisor")
    page.get_by_label("选择表单").select_option("complaint_plan")
    page.get_by_label("期限", exact=True).select_option("T-47")
    page.get_by_role("button", name="转办").click()
    saved(page)
    xml = drawn(house, draft)
    step = re.search(r'<userTask id="(\w+)" name="复核答复".*?</userTask>', xml, re.DOTALL)
    assert step is not None, xml
    for told in ('camunda:formKey="complaint_plan"', 'name="bihuan:role" value="cs_supervisor"',
                 'name="bihuan:name_en" value="Check the answer"', 'name="bihuan:deadline" value="T-47"',
                 'name="bihuan:operations" value="-transfer"'):
        assert told in step[0]

    opened(page, draft)
    select(page, step[1])
    assert page.get_by_label("名称（中文）").input_value() == "复核答复"
    assert page.get_by_label("选择表单").input_value() == "complaint_plan"


def test_a_problem_is_shown_on_its_element_and_mended_at_a_click(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    select(page, "answer")
    after_check(page, lambda: page.get_by_role("textbox", name="指定办理人").fill("caze.starter"))
    row = page.locator("[data-problem-list] li", has_text="caze").first
    row.wait_for()
    assert page.locator(".problem-badge").count() == 1
    page.keyboard.press("F8")
    assert row.get_attribute("aria-current") == "true"
    row.locator("[data-mend]").first.click()
    page.locator("[data-problem-list] li", has_text="caze").first.wait_for(state="detached")
    saved(page)
    assert 'camunda:assignee="=case.starter"' in drawn(house, draft)
    page.locator("[data-do=undo]").click()
    page.locator("[data-problem-list] li", has_text="caze").first.wait_for()
    saved(page)
    assert 'camunda:assignee="=caze.starter"' in drawn(house, draft)


def test_an_expression_is_judged_while_it_is_typed_and_variables_are_offered(at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    select(page, "answer")
    field = page.locator("[data-entry-id=assignee] .cm-content")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("cas")
    page.locator(".cm-tooltip-autocomplete li", has_text="case").first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.type("e.number +")
    page.locator("[data-entry-id=assignee] .feel-wrong:not(:empty)").wait_for()
    assert re.search("[\u4e00-\u9fff]", page.locator("[data-entry-id=assignee] .feel-wrong").inner_text())


def test_a_role_is_chosen_by_a_formula_as_well(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    select(page, "answer")
    page.locator(".choice-or-feel:has([data-entry-id=role]) .btn-link").click()
    page.locator("[data-entry-id=role] .cm-content").click()
    page.keyboard.insert_text('if case.severity = "critical" then "cs_supervisor" else "complaint_agent"')
    page.wait_for_selector("[data-modeler][data-kept=no]")
    saved(page)
    assert 'name="bihuan:role" value="=if case.severity' in drawn(house, draft)
    opened(page, draft)
    select(page, "answer")  # and a step that has one is shown as it is
    assert "case.severity" in page.locator("[data-entry-id=role] .cm-content").inner_text()


def test_tidying_is_one_step_that_can_be_taken_back(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    where = "id => { const { x, y } = window.bihuanModeler.get('elementRegistry').get(id); return [x, y]; }"
    page.evaluate("""() => { const of = (name) => window.bihuanModeler.get(name);
        of('modeling').moveElements([of('elementRegistry').get('answer')], { x: 15, y: 25 }); }""")
    moved = page.evaluate(where, "answer")
    with page.expect_response(re.compile(r"/tidy$")):
        page.get_by_role("button", name="重新排列").click()
    page.wait_for_function(f"before => String(({where})('answer')) !== String(before)", arg=moved)
    page.locator("[data-do=undo]").click()
    page.wait_for_function(f"before => String(({where})('answer')) === String(before)", arg=moved)
    page.locator("[data-do=redo]").click()
    page.wait_for_function(f"before => String(({where})('answer')) !== String(before)", arg=moved)
    saved(page)


def test_without_a_network_the_drawing_stays_on_the_device_and_is_sent_later(
        house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.context.set_offline(True)
    select(page, "answer")
    page.get_by_label("名称（中文）").fill("离线改名")
    page.wait_for_function("() => Object.keys(localStorage).some(key => key.startsWith('studio:'))")
    page.locator("[data-saved].failed").wait_for()
    assert "离线改名" not in drawn(house, draft)
    page.context.set_offline(False)
    saved(page)
    assert "离线改名" in drawn(house, draft)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('studio:'))") == []


def test_whoever_saves_second_loses_nothing(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    theirs = drawn(house, draft).replace('name="接听" camunda', 'name="别人改的" camunda')
    house.engine.studio.write(draft, DRAWING, theirs.encode() + b"\n", 0, house.actor("zheng.yawen"))
    select(page, "answer")
    page.get_by_label("名称（中文）").fill("我改的")
    page.locator("#conflict[open]").wait_for()
    page.get_by_role("button", name="把我的另存为草稿").click()
    page.wait_for_url(lambda url: draft not in url and "/studio/drafts/" in url)
    page.wait_for_selector("[data-modeler][data-ready]")
    mine = page.url.rpartition("/")[2]
    assert "我改的" in drawn(house, mine)
    assert "我改的" not in drawn(house, draft)


def test_somebody_else_only_looks_while_one_edits(at_screen: Screen, draft: str) -> None:
    opened(at_screen("zheng.yawen"), draft)
    other = opened(at_screen("zhou.qi"), draft)
    assert other.get_attribute("[data-modeler]", "data-mode") == "read"
    assert other.get_by_text("郑雅文 正在编辑").is_visible()
    assert other.locator(".djs-palette").count() == 0


def test_a_process_that_was_never_drawn_is_laid_out(house: House, at_screen: Screen, draft: str) -> None:
    bare = re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", drawn(house, draft), flags=re.DOTALL)
    house.engine.studio.write(draft, DRAWING, bare.encode(), 0, house.actor("zheng.yawen"))
    page = opened(at_screen("zheng.yawen"), draft)
    assert page.locator("[data-element-id=answer]").count() == 1
    page = opened(at_screen("zheng.yawen", width=390), draft)
    assert page.locator("[data-element-id=answer]").count() == 1


def test_a_file_that_is_no_drawing_says_why_it_cannot_be_shown(house: House, at_screen: Screen, draft: str) -> None:
    raw = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t"/>'
    house.engine.studio.write(draft, DRAWING, raw, 0, house.actor("zheng.yawen"))
    for width in (1440, 390):
        page = opened(at_screen("zheng.yawen", width=width), draft, f"?file={DRAWING}")
        assert page.locator("[data-unreadable]").is_visible()
        assert page.locator("[data-problem-list] li").count() > 0


def test_names_are_text_wherever_they_are_shown(house: House, at_screen: Screen, draft: str) -> None:
    evil = "&lt;img src=x onerror=alert(1)&gt;"
    xml = drawn(house, draft).replace('name="接听" camunda', f'name="{evil}" camunda').replace(
        'camunda:formKey="complaint_answer"', f'camunda:formKey="{evil}"', 1)
    house.engine.studio.write(draft, DRAWING, xml.encode(), 0, house.actor("zheng.yawen"))
    page = opened(at_screen("zheng.yawen"), draft)
    select(page, "answer")
    page.get_by_role("button", name="走令牌").click()
    page.locator(".bts-context-pad[title=触发]:not(.hidden)").first.click()
    page.locator(".bts-entry[title=令牌经过的步骤]").click()
    page.locator(".bts-log .bts-entry .bts-text").nth(1).wait_for()
    assert page.locator("[data-problem-list]").get_by_text("<img").count() > 0
    assert page.locator("img[src=x]").count() == 0


def test_letters_on_the_drawing_are_its_own(at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.locator("[data-element-id=answer]").first.click()
    for key in ("c", "?", "g", "i"):
        page.keyboard.press(key)
    page.wait_for_timeout(150)
    assert page.url.endswith(draft) and page.locator("dialog[open]").count() == 0


def test_a_table_that_is_chosen_brings_its_variable_and_shape(house: House, at_screen: Screen, draft: str) -> None:
    xml = re.sub(r'<scriptTask id="who_is_on_duty" name="(.*?)".*?>(.*?)<script>.*?</script>\s*</scriptTask>',
                 r'<businessRuleTask id="who_is_on_duty" name="\1">\2</businessRuleTask>', drawn(house, draft),
                 count=1, flags=re.DOTALL)
    house.engine.studio.write(draft, DRAWING, xml.encode(), 0, house.actor("zheng.yawen"))
    page = opened(at_screen("zheng.yawen"), draft)
    select(page, "who_is_on_duty")
    page.get_by_label("选择决策表").select_option("complaint_archive_check")
    saved(page)
    task = re.search('<businessRuleTask id="who_is_on_duty".*?>', drawn(house, draft))
    assert task is not None and 'camunda:resultVariable="complaint_archive_check"' in task[0]
    assert 'camunda:mapDecisionResult="collectEntries"' in task[0]


def test_a_copied_step_keeps_what_is_ours(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.evaluate("""() => { const of = (name) => window.bihuanModeler.get(name);
        of('copyPaste').copy([of('elementRegistry').get('answer')]);
        of('copyPaste').paste({ element: of('elementRegistry').get('agent'), point: { x: 400, y: 200 } }); }""")
    page.keyboard.press("Control+s")
    saved(page)
    copies = re.findall(r'<userTask id="\w+" name="接听".*?</userTask>', drawn(house, draft), re.DOTALL)
    assert len(copies) == 2
    assert all('name="bihuan:deadline" value="duty-answer"' in one and 'camunda:formKey="complaint_answer"' in one
               for one in copies)


def test_steps_are_copied_from_one_process_into_another(house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.locator("[data-element-id=answer]").first.click()
    page.keyboard.press("Control+c")
    other = house.engine.studio.open("complaint-notice", house.actor("zheng.yawen")).id
    opened(page, other)
    free = page.locator("[data-element-id=agent]").first.bounding_box()
    x, y = free["x"] + free["width"] - 60, free["y"] + free["height"] - 20
    page.mouse.click(x, y)
    page.keyboard.press("Control+v")
    page.mouse.move(x - 20, y - 20)
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.mouse.click(x - 20, y - 20)
    saved(page)
    path = house.engine.studio.draft(other, house.actor("zheng.yawen")).drawing
    told = house.engine.studio.read(other, path, house.actor("zheng.yawen")).content.decode()
    step = re.search(r'<userTask id="\w+" name="接听".*?</userTask>', told, re.DOTALL)
    house.engine.studio.discard(other, house.actor("zheng.yawen"))
    assert step is not None
    assert 'name="bihuan:deadline" value="duty-answer"' in step[0] and 'camunda:formKey="complaint_answer"' in step[0]


def test_names_typed_on_the_drawing_in_english_are_the_english_names(
        house: House, at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen", lang="en"), draft)
    page.locator("[data-element-id=answer]").first.dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("Pick up")
    page.keyboard.press("Control+Enter")
    page.locator("[data-element-id=answer] text", has_text="Pick up").wait_for()
    saved(page)
    assert 'name="接听"' in drawn(house, draft) and 'name="bihuan:name_en" value="Pick up"' in drawn(house, draft)


def test_the_mark_of_bpmn_io_is_visible_and_uncovered(at_screen: Screen, draft: str) -> None:
    for width in (1440, 390):
        page = opened(at_screen("zheng.yawen", width=width), draft)
        assert page.evaluate("""() => { const mark = document.querySelector('.bjs-powered-by');
            mark.scrollIntoView({ block: 'center' });
            const box = mark.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return box.width > 20 && box.height > 10 && mark.contains(top); }""")


ENGLISH = """() => {
  const found = new Set();
  const strange = (text) => /[A-Za-z]{3}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text);
  const own = /^(FEEL|[\\w-]+\\.(bpmn|dmn|yaml)( · .*)?|[a-z][\\w-]*_\\w+|English)$/;
  for (const root of document.querySelectorAll('.drawing, .djs-popup')) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const text = node.data.trim();
      const kept = node.parentElement.closest('.cm-editor, style, script, .bts-scope, [data-problem-list] b');
      if (text && !kept && strange(text) && !own.test(text)) found.add(text);
    }
    for (const one of root.querySelectorAll('[title], [aria-label], [placeholder]')) {
      for (const name of ['title', 'aria-label', 'placeholder']) {
        const text = one.getAttribute(name);
        if (text && strange(text) && !own.test(text) && !one.closest('.cm-editor, .bjs-powered-by')) found.add(text);
      }
    }
  }
  return [...found];
}"""
WALK = """async () => {
  const of = (name) => window.bihuanModeler.get(name), found = new Set();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const look = () => (window.lookForEnglish()).forEach((text) => found.add(text));
  const closed = '.bio-properties-panel-group-header:not(.open)';
  const open = () => document.querySelectorAll(closed).forEach((one) => one.click());
  const menu = async (target, name) => {
    try { of('popupMenu').open(target, name, { x: 300, y: 300 }, { title: '菜单' }); } catch { return; }
    await pause(20); look(); of('popupMenu').close();
  };
  for (const element of of('elementRegistry').getAll()) {
    if (element.labelTarget) continue;
    of('selection').select(element.parent ? element : []);
    await pause(20); open(); await pause(20); look();
    if (!element.waypoints) await menu(element, 'bpmn-replace');
  }
  const tasks = of('elementRegistry').filter((one) => one.type === 'bpmn:UserTask').slice(0, 2);
  of('selection').select(tasks); await pause(60); look();
  await menu(tasks, 'align-elements');
  await menu(tasks, 'color-picker');
  await menu(tasks[0], 'bpmn-append');
  await menu(of('canvas').getRootElement(), 'bpmn-create');
  of('searchPad').open(); await pause(60); look(); of('searchPad').close();
  return [...found];
}"""


def test_no_text_of_the_modeler_falls_through_the_translation(house: House, at_screen: Screen, draft: str) -> None:
    house.engine.studio.write(draft, DRAWING, everything(SMALL), 0, house.actor("zheng.yawen"))
    page = opened(at_screen("zheng.yawen"), draft)
    page.evaluate(f"window.lookForEnglish = {ENGLISH}")
    assert page.evaluate(WALK) == []
    assert page.evaluate("[...window.bihuanFallen].sort()") == []
    saved(page)


def test_the_token_simulation_speaks_the_readers_language(at_screen: Screen, draft: str) -> None:
    page = opened(at_screen("zheng.yawen"), draft)
    page.evaluate(f"window.lookForEnglish = {ENGLISH}")
    page.get_by_role("button", name="走令牌").click()
    page.locator(".bts-context-pad[title=触发]:not(.hidden)").first.click()
    page.locator(".bts-entry[title=令牌经过的步骤]").click()
    page.locator(".bts-log .bts-entry .bts-text").nth(1).wait_for()
    assert page.evaluate("window.lookForEnglish()") == []
    page.get_by_role("button", name="走令牌").click()
    assert page.evaluate("[...window.bihuanFallen].sort()") == []


def test_a_drawing_of_150_elements_opens_quickly(house: House, at_screen: Screen, draft: str) -> None:
    house.engine.studio.write(draft, DRAWING, long(SMALL, 150), 0, house.actor("zheng.yawen"))
    page = opened(at_screen("zheng.yawen"), draft)
    opened(page, draft)
    tasks = "window.bihuanModeler.get('elementRegistry').filter(one => one.type === 'bpmn:UserTask').length"
    assert page.evaluate(tasks) == 150
    assert int(page.get_attribute("[data-modeler]", "data-ready")) < 4000  # under 2 s on a quiet machine


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nothing_of_the_page_stands_in_the_way(at_screen: Screen, draft: str, lang: str, width: int) -> None:
    page = opened(at_screen("zheng.yawen", lang=lang, width=width), draft)
    if width == 1440:
        select(page, "answer")
    found = Axe().run(page, context={"exclude": [[".djs-container"]]})
    serious = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found.response["violations"]
               if one["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_complaint_process_opens_in_english(at_screen: Screen, house: House) -> None:
    made = house.engine.studio.open(COMPLAINT, house.actor("zheng.yawen")).id
    page = opened(at_screen("zheng.yawen", lang="en"), made)
    page.locator("[data-element-id=assign_department]").first.click()
    assert page.locator(".bio-properties-panel-header").inner_text().lower().startswith("user task")
    assert page.locator("[data-element-id=assign_department] text").first.text_content().startswith("Assign")
    page = opened(at_screen("zheng.yawen", lang="en", width=390), made)
    assert page.locator("[data-element-id=assign_department] text").first.text_content().startswith("Assign")
    house.engine.studio.discard(made, house.actor("zheng.yawen"))
