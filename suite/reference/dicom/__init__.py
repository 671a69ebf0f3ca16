"""A DICOM gateway: receive by C-STORE, keep on disk and in a database, queue, forward by C-STORE."""
