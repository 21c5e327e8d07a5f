import { verify, X509Certificate } from 'node:crypto';

/**
 * Checks a sandbox stamp without any code of Timbrel: attributes read by a pattern, the original string put together as
 * Anexo 20 has it (version, UUID, FechaTimbrado, RfcProvCertif, Leyenda, SelloCFD, NoCertificadoSAT), the signature by
 * Node's OpenSSL under the certifier's certificate.
 *
 * @throws Error that says what does not hold
 */
export function checkStamp(xml: string, sent: Buffer, certifierCertificate: string): string {
  const [tfd = ''] = /<tfd:TimbreFiscalDigital [^>]{1,20000}\/>/.exec(xml) ?? [];
  const value = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tfd)?.[1] ?? '';
  const names = ['Version', 'UUID', 'FechaTimbrado', 'RfcProvCertif', 'Leyenda', 'SelloCFD', 'NoCertificadoSAT'];
  const originalString = `||${names.map(value).join('|')}||`;
  const key = new X509Certificate(certifierCertificate).publicKey;
  if (!verify('sha256', Buffer.from(originalString), key, Buffer.from(value('SelloSAT'), 'base64'))) {
    throw new Error('SelloSAT does not confirm the original string of the TFD.');
  }
  if (/ Sello="([^"]*)"/.exec(xml)?.[1] !== value('SelloCFD'))
    throw new Error('SelloCFD is not the seal of the document.');
  const complement = `<cfdi:Complemento>${tfd}</cfdi:Complemento>`;
  if (xml.replace(complement, '') !== sent.toString('utf8')) throw new Error('Other bytes than the TFD changed.');
  return originalString;
}
