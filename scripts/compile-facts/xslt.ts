import { readFileSync } from 'node:fs';
import type { ElementFacts } from '../../src/core/cfdi/facts.js';
import { readXml, type XmlElement } from '../../src/core/cfdi/xml.js';
import { attribute, prefixesOf } from './xsd.js';

/**
 * Turns SAT's stylesheets for the original string into facts: the templates are followed over the tree that the schema
 * gave, and each element learns what it contributes and in which order. A construct that would make an element contribute
 * in two ways, or one that is not known, is an error: a table is exact or it is not made.
 */

const XSL = 'http://www.w3.org/1999/XSL/Transform';

/** An element while its contribution is being found. */
type Draft = { -readonly [K in keyof ElementFacts]: ElementFacts[K] };

/** A template's body with the prefixes of its file. */
interface Body {
  readonly nodes: readonly XmlElement[];
  readonly prefixes: ReadonlyMap<string, string>;
}

/** The stylesheet of one schema, with whatever it includes. */
export class Stylesheet {
  private readonly templates = new Map<string, Body>();
  private readonly written = new Map<Draft, string>();

  constructor(file: string) {
    this.load(file);
  }

  /** Writes `originalString` into an element of `namespace` and everything below it. */
  apply(root: ElementFacts, namespace: string): void {
    this.visit(root as Draft, namespace);
  }

  private load(file: string): void {
    const document = readXml(readFileSync(file));
    const prefixes = prefixesOf(document);
    for (const node of document.root.children) {
      if (node.uri !== XSL) throw new Error(`${file}: ${node.name} at the top`);
      const match = attribute(node, 'match');
      // The complements are compiled one by one, each out of its own stylesheet; the utilities are known below by name.
      if (node.local !== 'template' || match === null || match === '/') continue;
      for (const one of match.split('|')) {
        this.templates.set(expand(one.trim().replace(/^\//, ''), prefixes), { nodes: node.children, prefixes });
      }
    }
  }

  /** Runs the template of an element; one without a template contributes nothing. */
  private visit(element: Draft, namespace: string): void {
    const body = this.templates.get(`{${namespace}}${element.name}`);
    if (body === undefined) throw new Error(`no template for ${element.name}`);
    this.write(element, this.run(body, element, namespace));
  }

  private write(element: Draft, steps: readonly string[]): void {
    const before = this.written.get(element);
    const now = steps.join(' ');
    if (before !== undefined && before !== now) throw new Error(`${element.name} contributes in two ways`);
    this.written.set(element, now);
    element.originalString = steps;
  }

  private run(body: Body, element: Draft, namespace: string): string[] {
    return body.nodes.flatMap((node) => this.step(node, body, element, namespace));
  }

  private step(node: XmlElement, body: Body, element: Draft, namespace: string): string[] {
    const inner: Body = { ...body, nodes: node.children };
    const select = attribute(node, 'select')?.trim() ?? '';
    switch (node.local) {
      case 'call-template':
        return [value(node, element)];
      case 'if':
        // Only ever a guard around the same path, which selects nothing when there is nothing.
        return this.run(inner, element, namespace);
      case 'for-each': {
        if (select === './*' || select === '*') return ['*'];
        const { path, target } = descend(element, select, body.prefixes, namespace);
        const [only] = node.children;
        if (
          node.children.length === 1 &&
          only!.local === 'apply-templates' &&
          attribute(only!, 'select')?.trim() === '.'
        )
          this.visit(target, namespace);
        else this.write(target, this.run(inner, target, namespace));
        return [path];
      }
      case 'apply-templates': {
        const { path, target } = descend(element, select, body.prefixes, namespace);
        this.visit(target, namespace);
        return [path];
      }
      default:
        throw new Error(`xsl:${node.local} is not known`);
    }
  }
}

/** A call of Requerido or Opcional: which value, and whether it is given when it is missing. */
function value(call: XmlElement, element: Draft): string {
  const mark = { Requerido: '!', Opcional: '?' }[attribute(call, 'name') ?? ''];
  const select = attribute(call.children[0]!, 'select')?.trim() ?? '';
  const name = /^(?:\.\/)?@([^/]+)$/.exec(select)?.[1];
  if (mark === undefined || call.children.length !== 1) throw new Error(`a call of ${attribute(call, 'name')}`);
  if (select === '.' && element.text !== undefined) return `${mark}.`;
  if (name === undefined) throw new Error(`the value ${select} of ${element.name} is not known`);
  if (element.attributes.some((candidate) => candidate.name === name)) return `${mark}${name}`;
  throw new Error(`${element.name} has no attribute ${name}`);
}

/** Follows a path such as `./a:B/a:C` or `.//a:C` down the schema. */
function descend(element: Draft, select: string, prefixes: ReadonlyMap<string, string>, namespace: string) {
  const anywhere = select.startsWith('.//');
  const steps = select.replace(/^\.\/\/?/, '').split('/');
  const names = steps.map((step) => {
    const name = expand(step, prefixes);
    if (!name.startsWith(`{${namespace}}`)) throw new Error(`${select} leaves the namespace ${namespace}`);
    return name.slice(namespace.length + 2);
  });
  const found = anywhere ? search(element, names[0]!) : [names];
  // `.//` is only exact as a fixed path where the schema has the element in one place.
  if (found.length !== 1 || (anywhere && names.length > 1))
    throw new Error(`${select} of ${element.name} leads to ${found.length} places`);
  let target = element;
  for (const name of found[0]!) {
    const child = childrenOf(target).find((candidate) => candidate.name === name);
    if (child === undefined) throw new Error(`${target.name} has no child ${name}`);
    target = child;
  }
  return { path: found[0]!.join('/'), target };
}

/** All paths below an element that end in that name. */
function search(element: Draft, name: string): string[][] {
  return childrenOf(element).flatMap((child) => [
    ...(child.name === name ? [[name]] : []),
    ...search(child, name).map((rest) => [child.name, ...rest]),
  ]);
}

const childrenOf = (element: ElementFacts): Draft[] => element.children.map((child) => child.element);

function expand(name: string, prefixes: ReadonlyMap<string, string>): string {
  const [prefix, local] = name.split(':');
  const namespace = prefixes.get(prefix ?? '');
  if (local === undefined || namespace === undefined) throw new Error(`${name} is not a name with a known prefix`);
  return `{${namespace}}${local}`;
}
