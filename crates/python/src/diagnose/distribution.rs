//! The distribution that brings a module, where its name is another one. Source: the packages' own metadata on PyPI.

/// Modules and their distributions.
const KNOWN: [(&str, &str); 32] = [
    ("MySQLdb", "mysqlclient"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "pillow"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("bson", "pymongo"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("dj_database_url", "dj-database-url"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("environ", "django-environ"),
    ("factory", "factory-boy"),
    ("fitz", "PyMuPDF"),
    ("git", "GitPython"),
    ("google", "google-api-core"),
    ("jose", "python-jose"),
    ("jwt", "PyJWT"),
    ("kafka", "kafka-python"),
    ("ldap", "python-ldap"),
    ("magic", "python-magic"),
    ("nats", "nats-py"),
    ("pkg_resources", "setuptools"),
    ("psycopg2", "psycopg2-binary"),
    ("pymysql", "PyMySQL"),
    ("rest_framework", "djangorestframework"),
    ("serial", "pyserial"),
    ("sklearn", "scikit-learn"),
    ("slugify", "python-slugify"),
    ("socketio", "python-socketio"),
    ("yaml", "PyYAML"),
    ("zmq", "pyzmq"),
];

/// The distribution that brings a module: the known one, else the module's own name as PyPI would write it.
pub(super) fn of(module: &str) -> String {
    let known = KNOWN.iter().find(|(name, _)| *name == module);
    known.map_or_else(|| module.replace('_', "-"), |(_, distribution)| (*distribution).to_owned())
}
