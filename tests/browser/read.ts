/** A file of the test's server, from a page or a worker. */
export async function read(name: string): Promise<Uint8Array> {
  const response = await fetch(`/files/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
