// Drawings opened and saved as Camunda Modeler and our own modeler do: bpmn-moddle with Camunda's descriptor.
// node round_trip.mjs <webui/assets>, drawings by name as JSON on stdin; the same with what was written on stdout.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = path.join(process.argv[2], 'node_modules');
const { BpmnModdle } = await import(pathToFileURL(path.join(modules, 'bpmn-moddle', 'dist', 'index.js')));
const camunda = createRequire(import.meta.url)(path.join(modules, 'camunda-bpmn-moddle', 'resources', 'camunda.json'));
const drawings = JSON.parse(fs.readFileSync(0, 'utf8')), answer = {};
for (const [name, xml] of Object.entries(drawings)) {
  const moddle = new BpmnModdle({ camunda });
  const { rootElement, warnings } = await moddle.fromXML(xml);
  answer[name] = { xml: (await moddle.toXML(rootElement, { format: true })).xml, warnings: warnings.map((one) => one.message) };
}
process.stdout.write(JSON.stringify(answer));
