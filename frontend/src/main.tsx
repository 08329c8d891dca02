import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'virtual:tokens.css';
import '@/theme/base.css';
import '@/theme/phone.css';
import { App } from '@/app/App';
import { giveStylesTheNonce } from '@/app/nonce';

giveStylesTheNonce();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
