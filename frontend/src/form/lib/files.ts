import { call, type Schemas } from '@/api/client';
import { ApiError, ConnectionError } from '@/api/error';
import type { Format } from '@/i18n/format';
import { language } from '@/i18n/language';

export type UploadedFile = Schemas['File'];

/** Sends a file for a field and tells its progress in percent; fetch cannot tell it. */
export function uploadFile(
  file: Blob & { name?: string },
  entity: string,
  field: string,
  progress: (percent: number) => void,
) {
  return new Promise<UploadedFile>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append('file', file, file.name ?? 'file');
    request.open('POST', `/api/v1/files?entity=${entity}&field=${field}`);
    request.setRequestHeader('Accept-Language', language());
    request.responseType = 'json';
    request.upload.onprogress = (e) => e.lengthComputable && progress(Math.round((100 * e.loaded) / e.total));
    request.onerror = () => reject(new ConnectionError(request.status));
    request.onload = () =>
      request.status < 300
        ? resolve(request.response as UploadedFile)
        : reject(new ApiError(request.status, (request.response ?? {}) as Record<string, unknown>));
    request.send(form);
  });
}

/** The name that a file was uploaded under, from the header of its download. */
export async function fileName(id: string): Promise<string> {
  const answer = await call('GET', `/files/${id}`, { headers: { Range: 'bytes=0-0' } });
  const header = answer.headers.get('Content-Disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="?([^";]+)/i.exec(header)?.[1] ?? id.slice(-6));
}

export function sizeText(bytes: number, format: Format): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${format.number(bytes / 1024, 0)} KB`;
  return `${format.number(bytes / 1024 / 1024, 1)} MB`;
}
