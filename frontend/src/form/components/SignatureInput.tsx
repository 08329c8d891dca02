import { Button } from 'antd';
import { type PointerEvent, useRef, useState } from 'react';
import { useTexts } from '@/i18n/texts';
import { uploadFile } from '../lib/files';
import { formTexts } from '../texts';
import type { InputProps } from './FieldInput';
import styles from './SignatureInput.module.css';

const [width, height] = [480, 160];

/** A signature by finger, pen or mouse. It is sent as a picture when the pen is lifted. */
export default function SignatureInput(p: InputProps) {
  const t = useTexts(formTexts);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(false);
  const [error, setError] = useState('');
  const ids = (Array.isArray(p.value) ? p.value : []) as string[];
  const at = (e: PointerEvent): [number, number] => {
    const box = e.currentTarget.getBoundingClientRect();
    return [((e.clientX - box.left) * width) / box.width, ((e.clientY - box.top) * height) / box.height];
  };
  const pen = () => {
    const context = canvas.current?.getContext('2d');
    if (context)
      Object.assign(context, { lineWidth: 2.5, lineCap: 'round', lineJoin: 'round', strokeStyle: '#1F1E1C' });
    return context;
  };
  const begin = (e: PointerEvent) => {
    if (p.disabled) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    drawing.current = true;
    const context = pen();
    context?.beginPath();
    context?.moveTo(...at(e));
  };
  const move = (e: PointerEvent) => {
    if (!drawing.current) return;
    const context = pen();
    context?.lineTo(...at(e));
    context?.stroke();
  };
  const end = async () => {
    if (!drawing.current) return;
    drawing.current = false;
    const picture = await new Promise<Blob | null>((done) => canvas.current?.toBlob(done, 'image/png'));
    if (!picture) return;
    try {
      setError('');
      const file = new File([picture], 'signature.png', { type: 'image/png' });
      const made = await uploadFile(file, p.entity.key, p.field.key, () => {});
      p.onChange([made.id]);
    } catch (err) {
      setError(err instanceof Error ? err.message : String(err));
    }
  };
  const again = () => {
    canvas.current?.getContext('2d')?.clearRect(0, 0, width, height);
    p.onChange(null);
  };
  if (ids.length > 0 && !drawing.current && !canvas.current) {
    return (
      <div className={styles.signature}>
        <img src={`/api/v1/files/${ids[0]}`} alt={t.signature} />
        {!p.disabled && <Button onClick={again}>{t.signAgain}</Button>}
      </div>
    );
  }
  return (
    <div className={styles.signature}>
      <canvas
        ref={canvas}
        id={p.id}
        width={width}
        height={height}
        aria-label={t.signature}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={() => void end()}
      />
      {!p.disabled && (
        <Button size="small" onClick={again}>
          {t.signAgain}
        </Button>
      )}
      {error && <p role="alert">{error}</p>}
    </div>
  );
}
