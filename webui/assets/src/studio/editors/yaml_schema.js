// What a JSON schema lets stand at a place of a YAML file: keys with what they are for, values to choose from.
import { placeAt } from './yaml_places.js';

/** The schemas that may hold at `path`, references followed and alternatives side by side. */
function schemasAt(schema, path) {
  let found = spread(schema, schema);
  for (const step of path) {
    found = found.flatMap((one) => {
      if (typeof step === 'number') return one.items ? spread(schema, one.items) : [];
      const own = one.properties?.[step] ?? (typeof one.additionalProperties === 'object' ? one.additionalProperties : null);
      return own ? spread(schema, own) : [];
    });
  }
  return found;
}

function spread(root, schema, depth = 0) {
  if (depth > 12 || !schema || typeof schema !== 'object') return [];
  if (schema.$ref && schema !== root) return spread(root, followed(root, schema.$ref), depth + 1);
  if (schema.$ref) return [schema, ...spread(root, followed(root, schema.$ref), depth + 1)];
  const more = [...(schema.anyOf || []), ...(schema.oneOf || []), schema.then, schema.else].filter(Boolean);
  return [schema, ...more.flatMap((one) => spread(root, one, depth + 1))];
}

const followed = (root, ref) => ref.slice(2).split('/').reduce((found, part) => found?.[part], root);

/** A completion source of CodeMirror for files of `schema`. */
export function offers(schema) {
  return (context) => {
    const place = placeAt(context.state.doc.toString(), context.pos);
    const typed = place.typed.match(/[\w.*-]*$/)[0];
    if (!context.explicit && !typed && place.kind === 'key') return null;
    const options = place.kind === 'key' ? keysAt(schema, place) : valuesAt(schema, place);
    return options.length ? { from: context.pos - typed.length, options, validFor: /^[\w.*-]*$/ } : null;
  };
}

function keysAt(schema, place) {
  const found = new Map();
  for (const one of schemasAt(schema, place.path)) {
    for (const [key, about] of Object.entries(one.properties || {})) {
      if (!place.siblings.includes(key)) found.set(key, about.description || found.get(key) || '');
    }
  }
  return [...found].map(([label, info]) => ({ label, apply: `${label}: `, info: info || undefined, type: 'property' }));
}

function valuesAt(schema, place) {
  const found = new Set();
  for (const one of schemasAt(schema, [...place.path, place.key])) {
    for (const value of one.enum || []) found.add(String(value));
    if (one.type === 'boolean') { found.add('true'); found.add('false'); }
  }
  return [...found].map((label) => ({ label, type: 'enum' }));
}
