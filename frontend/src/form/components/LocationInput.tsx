import { AimOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTexts } from '@/i18n/texts';
import { formTexts } from '../texts';
import type { InputProps } from './FieldInput';
import styles from './LocationInput.module.css';

type Location = { lat?: number; lng?: number; system: 'wgs84' | 'gcj02'; address?: string };

/** A place: from the device, or by hand. */
export function LocationInput(p: InputProps) {
  const t = useTexts(formTexts);
  const [state, setState] = useState<'idle' | 'running' | 'failed'>('idle');
  const value = (p.value ?? { system: 'wgs84' }) as Location;
  const set = (part: Partial<Location>) => {
    const next = { ...value, ...part };
    const empty = next.lat === undefined && next.lng === undefined && !next.address;
    p.onChange(empty ? null : next);
  };
  const locate = () => {
    setState('running');
    navigator.geolocation.getCurrentPosition(
      (at) => {
        setState('idle');
        set({ lat: at.coords.latitude, lng: at.coords.longitude, system: 'wgs84' });
      },
      () => setState('failed'),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  };
  const coordinate = (label: string, key: 'lat' | 'lng', limit: number) => (
    <InputNumber
      aria-label={label}
      placeholder={label}
      controls={false}
      min={-limit}
      max={limit}
      disabled={p.disabled}
      value={value[key] ?? null}
      onChange={(n) => set({ [key]: n ?? undefined })}
    />
  );
  return (
    <div className={styles.location}>
      <Input
        id={p.id}
        placeholder={t.address}
        disabled={p.disabled}
        status={p.invalid ? 'error' : undefined}
        aria-describedby={p.describedBy}
        value={value.address ?? ''}
        onChange={(e) => set({ address: e.target.value || undefined })}
      />
      <div className={styles.row}>
        {coordinate(t.latitude, 'lat', 90)}
        {coordinate(t.longitude, 'lng', 180)}
        {!p.disabled && (
          <Button icon={<AimOutlined aria-hidden="true" />} loading={state === 'running'} onClick={locate}>
            {state === 'running' ? t.locating : t.locate}
          </Button>
        )}
      </div>
      {state === 'failed' && (
        <p role="alert" className={styles.failed}>
          {t.locateFailed}
        </p>
      )}
    </div>
  );
}
