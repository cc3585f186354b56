// A decision table as text, as near to the file it came from as can be: one changed cell is one changed line.
const ENTITIES = { '&#34;': '&quot;', '&#38;': '&amp;', '&#60;': '&lt;', '&#62;': '&gt;', '&#39;': "'" };
const CELL = /<((?:[\w-]+:)?(?:inputEntry|outputEntry|annotationEntry)\b[^>]*)>\s*<((?:[\w-]+:)?text)>([\s\S]*?)<\/\2>\s*<\//g;
const BARE_TABLE = /(<(?:[\w-]+:)?decisionTable\b)((?:(?!hitPolicy)[^>])*)>/g;

/** What dmn-moddle wrote, in the manner of `before`: cells on one line, the policy UNIQUE said where it was said. */
export function inTheMannerOf(before, xml) {
  let text = xml.replace(/&#(?:34|38|60|62|39);/g, (entity) => ENTITIES[entity]);
  if (/Entry\b[^>]*><(?:[\w-]+:)?text>/.test(before)) text = text.replace(CELL, '<$1><$2>$3</$2></');
  if (/hitPolicy="UNIQUE"/.test(before)) text = text.replace(BARE_TABLE, (all, head, rest) => `${head}${rest} hitPolicy="UNIQUE">`);
  return text;
}

const tables = (definitions) => (definitions.drgElement || []).map((one) => one.decisionLogic).filter((one) => one?.$type === 'dmn:DecisionTable');

/** The editor shows notes of rules as their description: bring the first note of DMN 1.3 there. */
export function notesIn(definitions) {
  for (const table of tables(definitions)) {
    for (const rule of table.rule || []) {
      const notes = rule.annotationEntry || [];
      if (rule.description || !notes.length) continue;
      rule.description = notes[0].text;
    }
  }
}

/** Before it is saved: back to notes where the table has a column for them. Gives a function that undoes it. */
export function notesOut(definitions, moddle) {
  const undo = [];
  for (const table of tables(definitions)) {
    if (!table.annotation?.length) continue;
    for (const rule of table.rule || []) {
      const { description, annotationEntry } = rule;
      undo.push(() => { rule.description = description; rule.annotationEntry = annotationEntry; });
      const first = (annotationEntry || [])[0];
      if (description !== undefined || first) {
        const note = moddle.create('dmn:RuleAnnotation', { text: description || '' });
        note.$parent = rule;
        rule.annotationEntry = [note, ...(annotationEntry || []).slice(1)];
      }
      rule.description = undefined;
    }
  }
  return () => undo.forEach((step) => step());
}

/** The English name of a decision, kept as a property; its setter, where the file has a place for it. */
export function english(definitions, id) {
  const decision = (definitions.drgElement || []).find((one) => one.id === id);
  const all = (decision?.extensionElements?.values || []).flatMap((one) => one.$children || []);
  return all.find((one) => one.$type === 'camunda:property' && one.name === 'bihuan:name_en');
}
