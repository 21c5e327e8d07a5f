import { TFD } from './declarations.js';
import type { BoundElement } from './structure.js';
import { normalizeSpace } from './values.js';

/**
 * The original string (cadena original, Anexo 20): `||value|value||`, by the same tables as the structure. Values are
 * taken after normalize-space; nothing is escaped.
 */
export function originalString(root: BoundElement): string {
  const out: string[] = [];
  contribute(root, out);
  return `|${out.join('')}||`;
}

function contribute(bound: BoundElement, out: string[]): void {
  for (const step of bound.declaration.originalString) {
    switch (step.kind) {
      case 'attribute': {
        const value = bound.values[step.slot];
        // An optional attribute counts when it is there, even when it is empty.
        if (value !== undefined) out.push('|', normalizeSpace(value));
        else if (step.always) out.push('|');
        break;
      }
      case 'text':
        if (step.always || bound.element.text !== '') out.push('|', normalizeSpace(bound.element.text));
        break;
      case 'descendants':
        descend(bound, step.path, 0, out);
        break;
      case 'children':
        for (const child of bound.children) if (child.declaration.namespace !== TFD) contribute(child, out);
        break;
    }
  }
}

function descend(
  bound: BoundElement,
  path: readonly BoundElement['declaration'][],
  depth: number,
  out: string[],
): void {
  for (const child of bound.children) {
    if (child.declaration !== path[depth]) continue;
    if (depth === path.length - 1) contribute(child, out);
    else descend(child, path, depth + 1, out);
  }
}
