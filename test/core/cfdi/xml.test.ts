import t from 'tap';
import {
  MAX_ATTRIBUTES,
  MAX_DEPTH,
  MAX_ELEMENTS,
  MAX_NAME,
  readXml,
  UnreadableXml,
  type XmlElement,
} from '../../../src/core/cfdi/xml.js';

const read = (text: string | Buffer) => readXml(typeof text === 'string' ? Buffer.from(text) : text);

/** The reason for which a document is refused; null when it is read. */
function refusal(text: string | Buffer): string | null {
  try {
    read(text);
    return null;
  } catch (error) {
    if (error instanceof UnreadableXml) return error.reason;
    throw error;
  }
}

t.test('a DTD is refused, whatever it holds', async (t) => {
  const bomb = `<!DOCTYPE a [${Array.from({ length: 20 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};">`).join('')}]>`;
  const dtds = {
    plain: '<!DOCTYPE a><a/>',
    internal: '<!DOCTYPE a [<!ENTITY x "y">]><a/>',
    'external entity': '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>',
    'external subset': '<?xml version="1.0"?><!-- c --><!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>',
    'behind a comment that hides its end': '<!-- --><?p <!-- ?><!DOCTYPE a><a/><!-- -->',
  };
  for (const [name, text] of Object.entries(dtds)) t.equal(refusal(text), 'dtd', name);
  t.ok(['dtd', 'malformed'].includes(refusal(`${bomb}<a>&e20;</a>`)!), 'an entity bomb is not set off');
  t.equal(
    refusal('<!-- <!DOCTYPE a> --><?p <!DOCTYPE a>?><a><![CDATA[<!DOCTYPE a>]]></a>'),
    null,
    'spoken of, not there',
  );
});

t.test('UTF-8 alone, with or without byte order mark', async (t) => {
  const utf16 = Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a/>', 'utf16le');
  t.equal(refusal(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])), 'encoding', 'UTF-16, little endian, marked');
  t.equal(
    refusal(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])),
    'encoding',
    'big endian, marked',
  );
  t.equal(refusal(utf16), 'encoding', 'little endian, not marked');
  t.equal(refusal(Buffer.from(utf16).swap16()), 'encoding', 'big endian, not marked');
  t.equal(refusal('<?xml version="1.0" encoding="ISO-8859-1"?><a/>'), 'encoding', 'another one declared');
  t.equal(refusal(Buffer.from('<a b="Ñ"/>', 'latin1')), 'encoding', 'Latin-1 bytes');
  t.equal(refusal(Buffer.from([0x3c, 0x61, 0x3e, 0xc3])), 'encoding', 'cut inside a character');
  t.equal(
    refusal(Buffer.concat([Buffer.from('<a>'), Buffer.from([0xc0, 0xaf]), Buffer.from('</a>')])),
    'encoding',
    'overlong',
  );
  t.equal(
    refusal(Buffer.concat([Buffer.from('<a>'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('</a>')])),
    'encoding',
    'surrogate',
  );
  t.equal(refusal('<?xml version="1.0" encoding="utf-8"?><a/>'), null, 'small letters');
  const marked = read(Buffer.from('\uFEFF<?xml version="1.0"?><a/>'));
  t.equal(marked.bom, 3);
  t.equal(marked.text[0], '<', 'the mark is no text');
  t.equal(refusal('\uFEFF\uFEFF<a/>'), 'malformed', 'two marks');
});

t.test('what is not well-formed is refused', async (t) => {
  const faults = {
    empty: '',
    text: 'hello',
    truncated: '<a><b></b>',
    'truncated in a tag': '<a b="',
    crossed: '<a><b></a></b>',
    'two roots': '<a/><b/>',
    'repeated attribute': '<a b="1" b="2"/>',
    'repeated by another prefix': '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>',
    'attribute without quotes': '<a b=1/>',
    'raw < in an attribute': '<a b="<"/>',
    'unknown entity': '<a>&nbsp;</a>',
    'unknown prefix': '<x:a/>',
    'unknown prefix of an attribute': '<a x:b="1"/>',
    'NUL byte': '<a>\u0000</a>',
    'NUL by reference': '<a>&#0;</a>',
    'control character': '<a>\u0001</a>',
    'late declaration': ' <?xml version="1.0"?><a/>',
    ']]> in text': '<a>]]></a>',
    '-- in a comment': '<a><!-- -- --></a>',
  };
  for (const [name, text] of Object.entries(faults)) t.equal(refusal(text), 'malformed', name);
  t.equal(refusal('<?xml version="1.1"?><a/>'), 'version');
});

t.test('depth, elements and attributes have limits', async (t) => {
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
  t.equal(refusal(nested(MAX_DEPTH)), null);
  t.equal(refusal(nested(MAX_DEPTH + 1)), 'depth');
  t.equal(refusal(`<a>${'<a/>'.repeat(MAX_ELEMENTS - 1)}</a>`), null);
  t.equal(refusal(`<a>${'<a/>'.repeat(MAX_ELEMENTS)}</a>`), 'elements');
  const flood = (count: number) => `<a ${Array.from({ length: count }, (_, n) => `b${n}=""`).join(' ')}/>`;
  t.equal(refusal(flood(MAX_ATTRIBUTES)), null);
  t.equal(refusal(flood(MAX_ATTRIBUTES + 1)), 'attributes');
  const name = 'n'.repeat(MAX_NAME);
  t.equal(refusal(`<${name} ${name}=""/>`), null);
  t.equal(refusal(`<${name}n/>`), 'name');
  t.equal(refusal(`<a ${name}n=""/>`), 'name');
  t.equal(refusal(`<r>${flood(MAX_ATTRIBUTES)}${flood(MAX_ATTRIBUTES)}</r>`), null, 'counted by element');
});

t.test('free content is read and limited, and kept out of the tree', async (t) => {
  const free = (element: XmlElement) => element.local === 'free';
  const { root } = readXml(Buffer.from('<a><free>x<b>y</b><free/>z</free><c>w</c></a>'), free);
  t.same(
    root.children.map(({ name, children, text }) => [name, children.length, text]),
    [
      ['free', 0, ''],
      ['c', 0, 'w'],
    ],
  );
  t.equal(root.children[0]!.end, '<a><free>x<b>y</b><free/>z</free>'.length);
  t.throws(() => readXml(Buffer.from('<a><free><b></free></a>'), free), /malformed/);
  t.throws(() => readXml(Buffer.from(`<free>${'<b>'.repeat(MAX_DEPTH)}`), free), /depth/);
});

t.test('comments, instructions and CDATA leave nothing but their text', async (t) => {
  const { root } = read('<?p?><!--c--><a>1<!--c-->2<?p x?>3<![CDATA[<4>]]>&lt;5&#x36;<b/></a><!--c--><?p?>');
  t.equal(root.text, '123<4><56');
  t.same(
    root.children.map(({ name }) => name),
    ['b'],
  );
});

t.test('values are normalised as XML says', async (t) => {
  const { root } = read('<a b="1\t2\r\n3\n4 &#9;&#10;&#13;&amp;&quot;&apos;&#xD1;&#x23FB;"/>');
  t.equal(root.attributes[0]!.value, '1 2 3 4 \t\n\r&"\'Ñ⏻');
});

t.test('offsets point behind the tags', async (t) => {
  const text = '<?xml version="1.0"?>\r\n<a x="⏻𝄞">\r\n<b />\r\n<c></c ></a>';
  const { root } = read(text);
  const [b, c] = root.children as [XmlElement, XmlElement];
  t.equal(text.slice(0, root.startTagEnd).at(-1), '>');
  t.ok(text.slice(root.startTagEnd).startsWith('\r\n<b />'));
  t.ok(text.slice(b.end).startsWith('\r\n<c>'));
  t.equal(b.selfClosing, true);
  t.ok(text.slice(c.end).startsWith('</a>'));
  t.equal(c.selfClosing, false);
  t.equal(root.end, text.length);
});
